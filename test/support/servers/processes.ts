import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Which of these programs this machine lacks. */
export function lacking(programs: readonly string[]): string[] {
  return programs.filter((program) => spawnSync('which', [program], { stdio: 'ignore' }).status !== 0);
}

/** Below those that systems give to whoever asks for any: what is free there is not taken before a server starts. */
const PORTS = { first: 20_000, count: 12_000 };

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + randomInt(PORTS.count);
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Starts a program that stays, with what it says in a file. */
export function startProgram(program: string, args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, 'a');
  return spawn(program, args, { stdio: ['ignore', log, log] });
}

/** Kills a program and those it has started, at once, as a power cut would. */
export async function killProgram(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  for (const pid of [...descendants(child.pid), child.pid]) kill(pid);
  await exited;
}

function descendants(pid: number): number[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return [];
  }
  const children = text.split(' ').filter(Boolean).map(Number);
  return [...children.flatMap(descendants), ...children];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Ends when a program listens on a port; fails when it ends before. How long it may take is up to the test. */
export async function listening(port: number, program: ChildProcess, logFile: string): Promise<void> {
  while (program.exitCode === null && program.signalCode === null) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await setTimeout(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`The program for port ${port} has ended: ${readFileSync(logFile, 'utf8')}`);
}
