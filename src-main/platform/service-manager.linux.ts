import { join } from 'node:path';
import type { ServiceFacts, ServicePlan } from './service-manager.ts';

const UNIT = 'snapkeep.service';
const systemctl = (...args: string[]): string[] => ['systemctl', '--user', ...args];

/** A user unit of systemd. */
export function serviceManager({ command, dataFolder, home, uid, environment }: ServiceFacts): ServicePlan {
  return {
    file: join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'systemd/user', UNIT),
    text: `[Unit]
Description=Snapkeep, which backs up SQLite databases

[Service]
Environment=${quote(`SNAPKEEP_HOME=${dataFolder}`)}
ExecStart=${command.map((word) => quote(word).replaceAll('$', '$$$$')).join(' ')}
Restart=on-failure
RestartSec=10

[Install]
WantedBy=default.target
`,
    install: [systemctl('daemon-reload'), systemctl('enable', '--now', UNIT)],
    uninstall: [systemctl('disable', '--now', UNIT)],
    afterwards: [systemctl('daemon-reload')],
    status: systemctl('is-active', '--quiet', UNIT),
    lingers: {
      command: ['loginctl', 'show-user', String(uid), '--property=Linger', '--value'],
      yes: 'yes',
      otherwise:
        'The service ends when you log out, and starts when you log in. To keep it running: loginctl enable-linger',
    },
  };
}

/** As systemd reads words: specifiers are doubled, quotes and backslashes escaped. */
const quote = (word: string): string =>
  `"${word.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
