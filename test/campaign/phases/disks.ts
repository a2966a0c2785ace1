import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { look, whatIsBroken } from '../checks.ts';
import { bind, fillDisk, mountDisk, unmount, whyNoDisks } from '../disks.ts';
import { OPERATIONS, type Operation } from '../operations.ts';
import { run, start } from '../product.ts';
import { Scene, variantOf } from '../scene.ts';
import { type Extent, randomNumbers, type Tally } from '../tally.ts';

const DISK_BYTES = 64 * 1024 * 1024;
/** The widest that the free space of a disk is swept, in bytes: more than any operation of a scene needs. */
const SWEPT_BYTES = 12 * 1024 * 1024;
/** The parts of a scene that are disks of their own, with the operations that write to them. */
const DISKS: ReadonlyArray<[part: string, operations: readonly string[]]> = [
  ['near', ['backup', 'prune']],
  ['far', ['backup and copy', 'delete']],
  ['home', ['backup', 'restore', 'verify', 'undo']],
  ['app', ['restore', 'undo', 'delete database']],
];

/** Sweeps the free space of each disk in play from none to plenty. */
export async function fillDisks(extent: Extent, tally: Tally): Promise<void> {
  if (whyNoDisks !== undefined) return void tally.leftOut.push(whyNoDisks);
  for (const [index, [part, names]] of DISKS.entries()) {
    const scene = await Scene.make(variantOf(index));
    mountDisk(scene.path(part), DISK_BYTES);
    try {
      for (let step = 0; step < extent.diskSteps; step++) {
        const operation = operationOf(names[step % names.length] ?? '');
        const free = Math.round((SWEPT_BYTES * step) / Math.max(1, extent.diskSteps - 1));
        await tally.attempt(`${scene.variant.name}, ${operation.name}, ${free} bytes free in ${part}`, () =>
          onFullDisk(scene, operation, part, free),
        );
      }
    } finally {
      unmount(scene.path(part));
      scene.remove();
    }
  }
}

async function* onFullDisk(scene: Scene, operation: Operation, part: string, free: number): AsyncGenerator<string> {
  scene.reset();
  await operation.prepare?.(scene);
  const args = await operation.args(scene);
  const before = await look(scene);
  const makeRoom = fillDisk(scene.path(part), free);
  try {
    const { code, stderr } = await run(scene.home, args, scene.env);
    if (code === null) yield `The command hung or died: ${stderr}`;
    if (/INTERNAL/.test(stderr)) yield `The command did not say what was wrong: ${stderr}`;
  } finally {
    makeRoom();
  }
  yield* whatIsBroken(scene, operation, before);
}

/** Takes a destination's disk away in the middle of operations, and brings it back. */
export async function unmountDisks(extent: Extent, tally: Tally): Promise<void> {
  if (whyNoDisks !== undefined) return void tally.leftOut.push(whyNoDisks);
  const random = randomNumbers(extent.seed);
  const scene = await Scene.make(variantOf(0));
  const disk = `${scene.path('near')}-disk`;
  // Under the disk there is nothing: what appears there was written without it.
  for (const name of readdirSync(scene.near)) rmSync(join(scene.near, name), { recursive: true });
  mkdirSync(disk);
  bind(disk, scene.near);
  try {
    for (let n = 0; n < extent.unmounts; n++) {
      const operation = operationOf(['backup', 'verify', 'backup and copy', 'prune'][n % 4] ?? '');
      const afterMs = 100 + random() * 1200;
      await tally.attempt(`${operation.name}, unmounted after ${Math.round(afterMs)} ms`, () =>
        unmounted(scene, operation, disk, afterMs),
      );
    }
  } finally {
    unmount(scene.near);
    scene.remove();
  }
}

async function* unmounted(scene: Scene, operation: Operation, disk: string, afterMs: number): AsyncGenerator<string> {
  scene.reset();
  await operation.prepare?.(scene);
  const args = await operation.args(scene);
  const before = await look(scene);
  const started = start(scene.home, args, scene.env);
  await Promise.race([delay(afterMs), started.ended]);
  unmount(scene.near);
  try {
    const { code, stderr } = await started.ended;
    if (code === null) yield `The command hung or died: ${stderr}`;
    const strays = readdirSync(scene.near);
    if (strays.length > 0) yield `${strays.join(', ')} was written to the mount point without its disk.`;
  } finally {
    bind(disk, scene.near);
  }
  yield* whatIsBroken(scene, operation, before);
}

function operationOf(name: string): Operation {
  const found = OPERATIONS.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  return found;
}
