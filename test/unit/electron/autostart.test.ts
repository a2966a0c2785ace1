import { expect, test, vi } from 'vitest';
import { autostartFile, desktopEntry, startCommand } from '../../../src-main/electron/autostart.ts';

// What is tested here is pure; nothing of Electron is used.
vi.mock('electron', () => ({ app: undefined }));

const packaged = { isPackaged: true, getAppPath: () => '/opt/Snapkeep/resources/app.asar' };

test('the program starts itself, hidden', () => {
  expect(startCommand(packaged, {}, '/opt/Snapkeep/snapkeep')).toEqual(['/opt/Snapkeep/snapkeep', '--hidden']);
});

test('an AppImage starts the image, not what is mounted of it now', () => {
  const environment = { APPIMAGE: '/home/me/Snapkeep.AppImage' };
  expect(startCommand(packaged, environment, '/tmp/.mount_x/snapkeep')[0]).toBe('/home/me/Snapkeep.AppImage');
});

test('from a checkout, Electron is told what to run', () => {
  const running = { isPackaged: false, getAppPath: () => '/src/snapkeep' };
  expect(startCommand(running, {}, '/src/electron')).toEqual(['/src/electron', '/src/snapkeep', '--hidden']);
});

test.each([
  ['/opt/Snapkeep/snapkeep', '/opt/Snapkeep/snapkeep'],
  ['/home/me/My programs/snapkeep', '"/home/me/My programs/snapkeep"'],
  ['/home/me/100%/snapkeep', '/home/me/100%%/snapkeep'],
  ['/home/me/$a "b"/snapkeep', String.raw`"/home/me/\\$a \\"b\\"/snapkeep"`],
])('%s is quoted as desktops read it', (program, quoted) => {
  expect(desktopEntry([program, '--hidden'])).toContain(`\nExec=${quoted} --hidden\n`);
});

test('the entry is where the desktop looks', () => {
  expect(autostartFile({ XDG_CONFIG_HOME: '/home/me/config' })).toBe(
    '/home/me/config/autostart/org.snapkeep.Snapkeep.desktop',
  );
  expect(autostartFile({ XDG_CONFIG_HOME: '' })).toMatch(/\/\.config\/autostart\/org\.snapkeep\.Snapkeep\.desktop$/);
});
