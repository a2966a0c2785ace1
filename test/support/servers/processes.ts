import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Which of these programs this machine lacks. */
export function lacking(programs: readonly string[]): string[] {
  return programs.filter((program) => spawnSync('which', [program], { stdio: 'ignore' }).status !== 0);
}

/**
 * Below those that systems give to whoever asks for any: what is free there is not taken before a server starts. Each
 * worker of the tests has a range of its own, or two could choose the same at the same moment.
 */
const PORTS = { first: 20_000, count: 1_500, ranges: 8 };

/** Ports that nobody listens on, each another one. */
export async function freePorts(count: number): Promise<number[]> {
  const { VITEST_POOL_ID, TEST_PARALLEL_INDEX } = process.env;
  const first = PORTS.first + (Number(VITEST_POOL_ID ?? TEST_PARALLEL_INDEX ?? 0) % PORTS.ranges) * PORTS.count;
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = first + randomInt(PORTS.count);
    if (held.has(port)) continue;
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch {
      continue;
    }
    held.set(port, server);
  }
  for (const server of held.values()) {
    server.close();
    await once(server, 'close');
  }
  return [...held.keys()];
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

/**
 * Ends when a program listens on a port of loopback; fails when it ends before, or when another program listens there.
 * How long it may take is up to the test.
 */
export async function listening(port: number, program: ChildProcess, logFile: string): Promise<void> {
  while (program.exitCode === null && program.signalCode === null) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch {
      await setTimeout(50);
      continue;
    } finally {
      socket.destroy();
    }
    if (!isListening(port, program)) throw new Error(`Another program listens on port ${port}.`);
    return;
  }
  throw new Error(`The program for port ${port} has ended: ${readFileSync(logFile, 'utf8')}`);
}

/** Whether it is this program, or one that it has started, that listens on a port, as proc(5) tells. */
function isListening(port: number, { pid }: ChildProcess): boolean {
  if (pid === undefined) return false;
  const at = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(at) && state === '0A')
    .map((fields) => `socket:[${fields[9]}]`);
  return [pid, ...descendants(pid)].some((each) => openFiles(each).some((file) => sockets.includes(file)));
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(join(folder, name))];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
}
