import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { type CommandResult, NODE, RUN_COMMAND } from './command-line.ts';

/** A command of the built command line that goes on. */
export interface StartedCommand {
  readonly process: ChildProcess;
  /** What it ends with. */
  readonly ended: Promise<CommandResult>;
}

/** Starts a command on a data folder. */
export function startCommand(
  home: string,
  args: readonly string[],
  { command = NODE, before = [RUN_COMMAND] }: { command?: string; before?: readonly string[] } = {},
): StartedCommand {
  const child = spawn(command, [...before, ...args], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...process.env, PATH: `${dirname(NODE)}:${process.env.PATH}`, SNAPKEEP_HOME: home },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return { process: child, ended: once(child, 'close').then(([exitCode]) => ({ exitCode, stdout, stderr })) };
}

/** Waits until something is so, and fails when the command ends before. */
export async function during(command: StartedCommand, what: string, isSo: () => boolean): Promise<void> {
  let result: CommandResult | undefined;
  void command.ended.then((ended) => {
    result = ended;
  });
  while (!isSo()) {
    if (result !== undefined) throw new Error(`The command ended before ${what}: ${JSON.stringify(result)}`);
    await pause(1);
  }
}

/** Whether a run of a kind goes on, as the catalog of a data folder has it. */
export function isRunning(home: string, kind: string): boolean {
  const file = join(home, 'catalog.db');
  if (!existsSync(file)) return false;
  const catalog = new Database(file, { readonly: true });
  try {
    return catalog.prepare("SELECT 1 FROM runs WHERE kind = ? AND state = 'running'").get(kind) !== undefined;
  } catch {
    // Its tables have not been made yet.
    return false;
  } finally {
    catalog.close();
  }
}

/** The newest run of a kind: its state and the code of its error. */
export function newestRun(home: string, kind: string): { state: string; code: string | null } | undefined {
  const catalog = new Database(join(home, 'catalog.db'), { readonly: true });
  try {
    const body = catalog.prepare('SELECT body FROM runs WHERE kind = ? ORDER BY number DESC LIMIT 1').pluck().get(kind);
    if (body === undefined) return undefined;
    const { state, error } = JSON.parse(String(body)) as { state: string; error: { code: string } | null };
    return { state, code: error?.code ?? null };
  } finally {
    catalog.close();
  }
}
