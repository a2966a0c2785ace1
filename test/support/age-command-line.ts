import { execFileSync, spawnSync } from 'node:child_process';

/** Whether this machine has the command line of age, and expect to type a passphrase into it. */
export const hasAge = ['age', 'expect'].every((tool) => spawnSync(tool, ['-version']).error === undefined);

/** Runs age with its files; it must end well. */
export function age(...args: string[]): void {
  execFileSync('age', args, { stdio: 'pipe' });
}

// age asks on the terminal itself, and asks again where a passphrase is to be set.
const TYPE_PASSPHRASE = `
set timeout 60
log_user 0
spawn {*}$argv
expect {
  -re {[Pp]assphrase[^:]*: *$} { send -- "$env(AGE_TEST_PASSPHRASE)\\r"; exp_continue }
  eof
}
exit [lindex [wait] 3]`;

/** Runs a command that asks for a passphrase, with that typed at a terminal; answers how it ended. */
export function withTypedPassphrase(passphrase: string, command: string[]): number | null {
  const env = { ...process.env, AGE_TEST_PASSPHRASE: passphrase };
  return spawnSync('expect', ['-', ...command], { input: TYPE_PASSPHRASE, env }).status;
}
