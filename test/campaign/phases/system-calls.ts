import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { look, whatIsBroken } from '../checks.ts';
import { OPERATIONS, type Operation } from '../operations.ts';
import { start } from '../product.ts';
import { Scene, variantOf } from '../scene.ts';
import type { Extent, Tally } from '../tally.ts';

/** The system calls that change something on a disk. */
const CALLS = [
  ...['write', 'pwrite64', 'writev', 'pwritev', 'ftruncate', 'fallocate', 'copy_file_range', 'sendfile'],
  ...['fsync', 'fdatasync', 'rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat'],
  ...['unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir'],
].join(',');

/** Kills every operation right at a system call that writes: the first, the second, … of whichever thread makes it. */
export async function killAtSystemCalls(extent: Extent, tally: Tally): Promise<void> {
  if (spawnSync('strace', ['-V']).error !== undefined) {
    tally.leftOut.push('strace is not installed.');
    return;
  }
  for (const [index, operation] of OPERATIONS.entries()) {
    const variant = variantOf(index);
    const scene = await Scene.make(variant);
    for (const at of spread(await callsOf(scene, operation), extent.systemCalls)) {
      const name = `${variant.name}, ${operation.name}, killed at call ${at} of a thread`;
      await tally.attempt(name, () => killedAt(scene, operation, at));
    }
    scene.remove();
  }
}

async function* killedAt(scene: Scene, operation: Operation, at: number): AsyncGenerator<string> {
  scene.reset();
  await operation.prepare?.(scene);
  const args = await operation.args(scene);
  const before = await look(scene);
  const inject = `inject=${CALLS}:signal=KILL:when=${at}`;
  const wrapper = ['strace', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', `trace=${CALLS}`, '-e', inject];
  await start(operation.home?.(scene) ?? scene.home, args, scene.env, wrapper).ended;
  yield* whatIsBroken(scene, operation, before);
}

/** The most calls that one thread of an operation makes. */
async function callsOf(scene: Scene, operation: Operation): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'snapkeep-trace-'));
  try {
    scene.reset();
    await operation.prepare?.(scene);
    const trace = join(folder, 'trace');
    const wrapper = ['strace', '-f', '--seccomp-bpf', '-qq', '-o', trace, '-e', `trace=${CALLS}`];
    const home = operation.home?.(scene) ?? scene.home;
    await start(home, await operation.args(scene), scene.env, wrapper).ended;
    const counts = new Map<string, number>();
    for (const line of readFileSync(trace, 'latin1').split('\n')) {
      const [thread = ''] = line.split(' ', 1);
      if (/^\d+ +\w+\(/.test(line)) counts.set(thread, (counts.get(thread) ?? 0) + 1);
    }
    return Math.max(1, ...counts.values());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** At most so many numbers from 1 to `most`, closer together at the beginning: short threads have low numbers only. */
function spread(most: number, count: number): number[] {
  const exponents = Array.from({ length: count }, (_, n) => (count === 1 ? 1 : n / (count - 1)));
  return [...new Set(exponents.map((exponent) => Math.round(most ** exponent)))];
}
