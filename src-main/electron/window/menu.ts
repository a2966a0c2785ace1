import { Menu, type MenuItemConstructorOptions } from 'electron';
import { NODE_PLATFORM } from '../../platform/platform.ts';

/** What the items of the menu do that the system cannot do itself. */
export interface MenuActions {
  openRoute(page: string): void;
  restoreBackup(): void;
}

/** Sets the application's menu: what a keyboard expects to work. */
export function setApplicationMenu(actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(actions, NODE_PLATFORM)));
}

/** The application's menu as each system has it. */
export function applicationMenu(actions: MenuActions, platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const page = (label: string, where: string, accelerator: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => actions.openRoute(where),
  });
  const settings = page('Settings…', '/settings', 'CommandOrControl+,');
  const ofMac: MenuItemConstructorOptions = {
    label: 'Snapkeep',
    submenu: [
      ...[{ role: 'about' } as const, separator, settings, separator, { role: 'services' } as const, separator],
      ...[{ role: 'hide' } as const, { role: 'hideOthers' } as const, { role: 'unhide' } as const, separator],
      { role: 'quit' },
    ],
  };
  const isMac = platform === 'darwin';
  return [
    ...(isMac ? [ofMac] : []),
    {
      label: 'File',
      submenu: [
        page('New plan…', '/plans/new', 'CommandOrControl+N'),
        { label: 'Restore a backup…', accelerator: 'CommandOrControl+O', click: () => actions.restoreBackup() },
        separator,
        { role: 'close', accelerator: 'CommandOrControl+W' },
        ...(isMac ? [] : [settings, separator, { role: 'quit' as const, accelerator: 'CommandOrControl+Q' }]),
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        page('Home', '/', 'CommandOrControl+1'),
        page('Databases', '/databases', 'CommandOrControl+2'),
        page('Storage', '/storage', 'CommandOrControl+3'),
        page('Activity', '/activity', 'CommandOrControl+4'),
        separator,
        ...[{ role: 'reload' } as const, { role: 'resetZoom' } as const, { role: 'zoomIn' } as const],
        ...[{ role: 'zoomOut' } as const, { role: 'togglefullscreen' } as const],
      ],
    },
    { role: 'windowMenu' },
  ];
}
