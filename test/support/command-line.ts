import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** What a command ended with. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command line, and the Node it runs on. */
export const COMMAND_LINE = resolve(import.meta.dirname, '../../out/main/cli.cjs');
export const NODE = resolve(import.meta.dirname, '../../node_modules/.bin/node');

/** Whether each command runs beside a service that is started for it. */
export const BESIDE = process.env.SNAPKEEP_BESIDE !== undefined;

/** What runs a command. */
export const RUN_COMMAND = BESIDE ? resolve(import.meta.dirname, 'beside-service.ts') : COMMAND_LINE;

/** Makes the function that runs the built command line on a data folder. */
export function commandLineOf(home: string) {
  return (
    args: readonly string[],
    given: { input?: string; environment?: Record<string, string> } = {},
  ): CommandResult => {
    const { status, stdout, stderr } = spawnSync(NODE, [RUN_COMMAND, ...args], {
      encoding: 'utf8',
      input: given.input ?? '',
      env: { ...process.env, ...given.environment, SNAPKEEP_HOME: home },
    });
    return { exitCode: status, stdout, stderr };
  };
}
