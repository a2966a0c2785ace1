import type { MenuItemConstructorOptions } from 'electron';
import { expect, test, vi } from 'vitest';
import { applicationMenu } from '../../../src-main/electron/window/menu.ts';

// What is tested here is pure; nothing of Electron is used.
vi.mock('electron', () => ({ Menu: undefined }));

const flat = (items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);

test.each<NodeJS.Platform>(['linux', 'win32', 'darwin'])(
  'on %s everything is there, each shortcut once',
  (platform) => {
    const opened: string[] = [];
    const actions = { openRoute: (page: string) => opened.push(page), restoreBackup: () => opened.push('restore') };
    const items = flat(applicationMenu(actions, platform));
    const shortcuts = items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(shortcuts).size).toBe(shortcuts.length);
    expect(items.filter(({ role }) => role === 'quit')).toHaveLength(1);
    for (const { click } of items) (click as (() => void) | undefined)?.();
    expect(opened.toSorted()).toEqual([
      '/',
      '/activity',
      '/databases',
      '/plans/new',
      '/settings',
      '/storage',
      'restore',
    ]);
  },
);
