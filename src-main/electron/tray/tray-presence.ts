import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NODE_PLATFORM } from '../../platform/platform.ts';

/** Runs a program and answers what it prints. */
type RunProgram = (file: string, args: readonly string[]) => Promise<string>;

const WATCHER = 'org.kde.StatusNotifierWatcher';
const PROPERTY = 'IsStatusNotifierHostRegistered';

const runProgram: RunProgram = async (file, args) => (await promisify(execFile)(file, args, { timeout: 3000 })).stdout;

/**
 * Whether the desktop shows trays. Windows and macOS do; on Linux whoever shows them says so on the session bus, and
 * GNOME without an extension has nobody. `SNAPKEEP_TRAY` (`yes` or `no`) overrules it for desktops that say nothing.
 */
export async function trayIsThere(
  platform = NODE_PLATFORM,
  environment: NodeJS.ProcessEnv = process.env,
  run = runProgram,
): Promise<boolean> {
  if (environment.SNAPKEEP_TRAY === 'yes' || environment.SNAPKEEP_TRAY === 'no')
    return environment.SNAPKEEP_TRAY === 'yes';
  if (platform !== 'linux') return true;
  const asked = await Promise.allSettled([
    run('gdbus', [
      ...['call', '--session', '--timeout=2', `--dest=${WATCHER}`, '--object-path=/StatusNotifierWatcher'],
      ...['--method=org.freedesktop.DBus.Properties.Get', WATCHER, PROPERTY],
    ]),
    run('dbus-send', [
      ...['--session', '--print-reply', '--reply-timeout=2000', `--dest=${WATCHER}`, '/StatusNotifierWatcher'],
      ...['org.freedesktop.DBus.Properties.Get', `string:${WATCHER}`, `string:${PROPERTY}`],
    ]),
  ]);
  // Neither program, no bus or nobody who answers: no tray that could be relied on.
  return asked.some((answer) => answer.status === 'fulfilled' && /\btrue\b/.test(answer.value));
}
