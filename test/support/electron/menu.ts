import { refuseUnknown, refuseUnknownOptions } from './refuse.ts';

interface ItemTemplate {
  id?: string;
  label?: string;
  role?: string;
  type?: string;
  accelerator?: string;
  enabled?: boolean;
  submenu?: ItemTemplate[];
  click?: (item: object) => void;
}

const OPTIONS = ['id', 'label', 'role', 'type', 'accelerator', 'enabled', 'submenu', 'click'];
const TYPES = ['normal', 'separator', 'submenu'];
const ROLES = [
  ...['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll', 'reload', 'resetZoom', 'zoomIn', 'zoomOut'],
  ...['togglefullscreen', 'minimize', 'close', 'about', 'services', 'hide', 'hideOthers', 'unhide', 'quit'],
  ...['appMenu', 'editMenu', 'viewMenu', 'windowMenu'],
];

interface Item {
  id: string | undefined;
  label: string;
  role: string | undefined;
  type: string;
  accelerator: string | undefined;
  enabled: boolean;
  submenu: BuiltMenu | undefined;
  click(): void;
}

/** A menu as `Menu.buildFromTemplate` answers it. */
export class BuiltMenu {
  readonly items: Item[];

  constructor(template: ItemTemplate[]) {
    this.items = template.map(buildItem);
  }

  getMenuItemById(id: string): Item | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found != null) return found;
    }
    return null;
  }
}

function buildItem(item: ItemTemplate): Item {
  refuseUnknownOptions('MenuItem', item, OPTIONS);
  const type = item.type ?? (item.submenu === undefined ? 'normal' : 'submenu');
  if (!TYPES.includes(type)) throw new Error(`stand-in: menu items of the type ${type} are not implemented`);
  if (item.role !== undefined && !ROLES.includes(item.role)) throw new Error(`stand-in: no role ${item.role}`);
  if (type !== 'separator' && item.role === undefined && item.label === undefined)
    throw new TypeError('Missing required: label, role or type');
  return {
    id: item.id,
    label: item.label ?? item.role ?? '',
    role: item.role,
    type,
    accelerator: item.accelerator,
    enabled: item.enabled ?? true,
    submenu: item.submenu === undefined ? undefined : new BuiltMenu(item.submenu),
    click: () => item.click?.(item),
  };
}

let applicationMenu: BuiltMenu | null = null;

/** Electron's `Menu`: nothing is drawn; its items can be looked at and clicked. */
export const Menu = refuseUnknown('Menu', {
  buildFromTemplate: (template: ItemTemplate[]): BuiltMenu => new BuiltMenu(template),
  setApplicationMenu: (menu: BuiltMenu | null): void => {
    applicationMenu = menu;
  },
  getApplicationMenu: (): BuiltMenu | null => applicationMenu,
});
