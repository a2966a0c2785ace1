import { refuseUnknown } from './refuse.ts';

interface ItemTemplate {
  id?: string;
  label?: string;
  role?: string;
  type?: string;
  submenu?: ItemTemplate[];
  click?: (item: object) => void;
}

interface Item {
  id: string | undefined;
  label: string;
  role: string | undefined;
  submenu: BuiltMenu | undefined;
  click(): void;
}

class BuiltMenu {
  readonly items: Item[];

  constructor(template: ItemTemplate[]) {
    this.items = template.map((item) => ({
      id: item.id,
      label: item.label ?? item.role ?? '',
      role: item.role,
      submenu: item.submenu === undefined ? undefined : new BuiltMenu(item.submenu),
      click: () => item.click?.(item),
    }));
  }

  getMenuItemById(id: string): Item | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found != null) return found;
    }
    return null;
  }
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
