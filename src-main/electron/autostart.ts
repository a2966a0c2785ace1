import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type App, app } from 'electron';
import { PLATFORM } from '../platform/platform.ts';
import { HIDDEN } from './launch-arguments.ts';

/** Starts Snapkeep at login without a window, or no longer. */
export function setStartAtLogin(start: boolean): void {
  const command = startCommand(app, process.env);
  if (PLATFORM === 'linux') setDesktopEntry(autostartFile(process.env), start ? desktopEntry(command) : null);
  else app.setLoginItemSettings({ openAtLogin: start, path: command[0] ?? '', args: command.slice(1) });
}

/** Whether this start is the one at login; macOS passes no arguments and says it another way. */
export function wasStartedAtLogin(): boolean {
  return PLATFORM === 'macos' && app.getLoginItemSettings().wasOpenedAtLogin;
}

/** The program and its arguments that start what runs now, and will still be there after the next login. */
export function startCommand(
  running: Pick<App, 'isPackaged' | 'getAppPath'>,
  environment: NodeJS.ProcessEnv,
  executable = process.execPath,
): string[] {
  // An AppImage runs from a mount that is gone afterwards; the image itself stays.
  const program = environment.APPIMAGE ?? executable;
  return running.isPackaged ? [program, HIDDEN] : [program, running.getAppPath(), HIDDEN];
}

/** Where desktops look for what starts at login. */
export function autostartFile(environment: NodeJS.ProcessEnv): string {
  return join(environment.XDG_CONFIG_HOME || join(homedir(), '.config'), 'autostart', 'org.snapkeep.Snapkeep.desktop');
}

/** The text of a desktop entry that runs a command at login. */
export function desktopEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Snapkeep',
    'Comment=Backs up SQLite databases',
    `Exec=${command.map(quoteArgument).join(' ')}`,
    'Icon=org.snapkeep.Snapkeep',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** As the Desktop Entry Specification quotes: once for the command line, once more for the file. */
function quoteArgument(argument: string): string {
  const quoted = /^[\w@%+=:,./-]+$/.test(argument) ? argument : `"${argument.replaceAll(/["`$\\]/g, '\\$&')}"`;
  return quoted.replaceAll('\\', '\\\\').replaceAll('%', '%%');
}

function setDesktopEntry(path: string, text: string | null): void {
  if (text === null) {
    rmSync(path, { force: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}
