import { expect, test } from 'vitest';
import { trayIsThere } from '../../../src-main/electron/tray/tray-presence.ts';

const missing = async (): Promise<string> => {
  throw new Error('ENOENT');
};

test('Windows and macOS have a tray', async () => {
  expect(await trayIsThere('win32', {}, missing)).toBe(true);
  expect(await trayIsThere('darwin', {}, missing)).toBe(true);
});

test.each([
  ['gdbus says so', '(<true>,)\n', true],
  ['dbus-send says so', '   variant       boolean true\n', true],
  ['nobody shows trays', '(<false>,)\n', false],
])('Linux: %s', async (_name, output, there) => {
  expect(await trayIsThere('linux', {}, async () => output)).toBe(there);
});

test('Linux: one of the two programs is enough, and without an answer there is none', async () => {
  const onlyDbusSend = (file: string): Promise<string> =>
    file === 'dbus-send' ? Promise.resolve('variant boolean true') : missing();
  expect(await trayIsThere('linux', {}, onlyDbusSend)).toBe(true);
  expect(await trayIsThere('linux', {}, missing)).toBe(false);
});

test('the person knows better', async () => {
  expect(await trayIsThere('linux', { SNAPKEEP_TRAY: 'yes' }, missing)).toBe(true);
  expect(await trayIsThere('win32', { SNAPKEEP_TRAY: 'no' }, missing)).toBe(false);
});
