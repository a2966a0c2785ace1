import { expect, test } from 'vitest';
import { serviceManager as linux } from '../../../src-main/platform/service-manager.linux.ts';
import { serviceManager as macos } from '../../../src-main/platform/service-manager.macos.ts';
import { serviceManager as windows } from '../../../src-main/platform/service-manager.windows.ts';

const facts = {
  command: ['/opt/no de/node', '/opt/100%/$cli.cjs', 'serve'],
  dataFolder: '/home/a "b"/& c',
  home: '/home/a',
  uid: 501,
  environment: {},
};

test('a systemd user unit quotes what systemd would expand, and asks about lingering', () => {
  const { file, text, install, uninstall, lingers } = linux(facts);
  expect(file).toBe('/home/a/.config/systemd/user/snapkeep.service');
  expect(text).toContain('ExecStart="/opt/no de/node" "/opt/100%%/$$cli.cjs" "serve"\n');
  expect(text).toContain('Environment="SNAPKEEP_HOME=/home/a \\"b\\"/& c"\n');
  expect(text).toContain('Restart=on-failure\n');
  expect(install.at(-1)).toEqual(['systemctl', '--user', 'enable', '--now', 'snapkeep.service']);
  expect(uninstall).toEqual([['systemctl', '--user', 'disable', '--now', 'snapkeep.service']]);
  expect(lingers).toMatchObject({
    command: expect.arrayContaining(['501']),
    otherwise: expect.stringMatching(/enable-linger/),
  });
  expect(linux({ ...facts, environment: { XDG_CONFIG_HOME: '/c' } }).file).toBe('/c/systemd/user/snapkeep.service');
});

test('a LaunchAgent starts at login, and again after a failure', () => {
  const { file, text, install, status } = macos(facts);
  expect(file).toBe('/home/a/Library/LaunchAgents/app.snapkeep.service.plist');
  expect(text).toContain('<string>/home/a "b"/&amp; c</string>');
  expect(text).toContain('<key>SuccessfulExit</key>');
  expect(install).toEqual([['launchctl', 'bootstrap', 'gui/501', file]]);
  expect(status).toEqual(['launchctl', 'print', 'gui/501/app.snapkeep.service']);
});

test('a scheduled task starts at logon, without a time limit, with its data folder', () => {
  const { file, text, install } = windows({
    ...facts,
    dataFolder: 'C:\\Data',
    command: ['C:\\n.exe', 'c.cjs', 'serve'],
  });
  expect(file).toBe('C:\\Data\\service-task.xml');
  expect(text).toContain('<LogonTrigger>');
  expect(text).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>');
  expect(text).toContain('set "SNAPKEEP_HOME=C:\\Data" &amp;&amp; "C:\\n.exe" "c.cjs" "serve"');
  expect(install.map(([program, verb]) => [program, verb])).toEqual([
    ['schtasks', '/Create'],
    ['schtasks', '/Run'],
  ]);
});
