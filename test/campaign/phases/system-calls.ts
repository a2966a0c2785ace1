import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { whatIsBroken } from '../checks.ts';
import { whatIsNotDurable } from '../durability.ts';
import { OPERATIONS, type Operation } from '../operations.ts';
import { start } from '../product.ts';
import { Scene } from '../scene.ts';
import { type Extent, randomNumbers, sample, type Tally } from '../tally.ts';

/** The system calls that give names: few, and what lies between two of them is met by no random instant. */
const NAMINGS = ['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat'];
/** All that change something on a disk. */
const CALLS = [
  ...['write', 'pwrite64', 'writev', 'pwritev', 'ftruncate', 'fallocate', 'copy_file_range', 'sendfile'],
  ...['fsync', 'fdatasync', ...NAMINGS, 'unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir'],
];
/** strace counts the calls of each thread: with one thread for files, each call of a process has a number. */
const ONE_THREAD = { UV_THREADPOOL_SIZE: '1' };
// Not with --seccomp-bpf, under which no signal is injected.
const STRACE = ['strace', '-f', '-e', 'quiet=attach,personality', '-y', '-s', '0', '-e', `trace=${CALLS.join(',')}`];

/** Kills every operation right at a system call that writes: the first, the second, … of whichever thread makes it. */
export async function killAtSystemCalls(extent: Extent, tally: Tally): Promise<void> {
  if (process.platform !== 'linux' || spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status !== 0)
    return void tally.leftOut.push('strace is not installed, or may not be used.');
  const random = randomNumbers(extent.seed);
  for (const operation of sample(extent.operations, extent.tracedOperations, random)) {
    const scene = await Scene.numbered(OPERATIONS.indexOf(operation), operation);
    let trace = '';
    const toItsEnd = async function* (): AsyncGenerator<string> {
      trace = await traceOf(scene, operation);
      yield* whatIsNotDurable(trace, (path) => scene.keeps(path));
    };
    await tally.attempt(`${scene.variant.name}, ${operation.name}, to its end`, toItsEnd, operation);
    let killed = 0;
    for (const [what, calls] of Object.entries({ call: CALLS, naming: NAMINGS })) {
      const most = mostCalls(trace, calls);
      for (const at of spread(most, extent.systemCalls, random)) {
        const name = `${scene.variant.name}, ${operation.name}, killed at ${what} ${at} of ${most} of a thread`;
        await tally.attempt(name, () => killedAt(scene, operation, calls, at, () => killed++), operation);
      }
    }
    if (killed === 0) tally.fail(`${scene.variant.name}, ${operation.name}`, new Error('Nothing was killed.'));
  }
}

async function* killedAt(
  scene: Scene,
  operation: Operation,
  calls: readonly string[],
  at: number,
  onKill: () => void,
): AsyncGenerator<string> {
  const before = await scene.ready(operation);
  const trace = scene.path('trace');
  const wrapper = [...STRACE, '-o', trace, '-e', `inject=${calls.join(',')}:signal=KILL:when=${at}`];
  await start(operation.home?.(scene) ?? scene.home, before.args, { ...scene.env, ...ONE_THREAD }, wrapper).ended;
  if (readFileSync(trace, 'latin1').includes('killed by SIGKILL')) onKill();
  yield* whatIsBroken(scene, operation, before);
}

async function traceOf(scene: Scene, operation: Operation): Promise<string> {
  const { args } = await scene.ready(operation);
  const trace = scene.path('trace');
  await start(operation.home?.(scene) ?? scene.home, args, { ...scene.env, ...ONE_THREAD }, [...STRACE, '-o', trace])
    .ended;
  return readFileSync(trace, 'latin1');
}

/** The most of some calls that one thread makes. */
function mostCalls(trace: string, calls: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of trace.split('\n')) {
    const [, thread, call = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (thread !== undefined && calls.includes(call)) counts.set(thread, (counts.get(thread) ?? 0) + 1);
  }
  return Math.max(1, ...counts.values());
}

/** At most so many numbers from 1 to `most`, closer together at the beginning: short threads have low numbers only. */
function spread(most: number, count: number, random: () => number): number[] {
  if (count >= most) return Array.from({ length: most }, (_, n) => n + 1);
  return [...new Set(Array.from({ length: count }, (_, n) => Math.round(most ** ((n + random()) / count))))];
}
