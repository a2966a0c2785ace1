import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { whatIsBroken } from '../checks.ts';
import { bind, fillDisk, mountDisk, whyNoDisks } from '../disks.ts';
import { type Operation, operationOf } from '../operations.ts';
import { run, start } from '../product.ts';
import { Scene } from '../scene.ts';
import { type Extent, randomNumbers, sample, type Tally } from '../tally.ts';

const DISK_BYTES = 64 * 1024 * 1024;
/** The widest that the free space of a disk is swept, in bytes: more than any operation of a scene needs. */
const SWEPT_BYTES = 12 * 1024 * 1024;
/** The parts of a scene that are disks of their own, with the operations that write to them. */
const DISKS: ReadonlyArray<[part: string, operations: readonly string[]]> = [
  // A destination, and another one.
  ['near', ['backup', 'prune', 'delete snapshot']],
  ['far', ['copy', 'delete snapshot']],
  // The catalog, the staging area and the safety snapshots.
  [
    'home',
    ['backup', 'copy', 'verify', 'restore', 'restore by exchange', 'undo of restore', 'prune', 'delete database'],
  ],
  // The source.
  ['app', ['backup', 'restore', 'restore by exchange', 'restore of everything', 'undo of restore', 'delete database']],
];
const UNMOUNTED: readonly string[] = ['backup', 'verify', 'copy', 'prune', 'delete snapshot', 'restore'];

/** The operations with these names, as far as they are to be tried. */
function chosen({ operations }: Extent, names: readonly string[]): Operation[] {
  return names.map(operationOf).filter((operation) => operations.includes(operation));
}

/** Sweeps the free space of each disk in play from none to plenty. */
export async function fillDisks(extent: Extent, tally: Tally): Promise<void> {
  if (whyNoDisks !== undefined) return void tally.leftOut.push(whyNoDisks);
  const sweeps = DISKS.flatMap(([part, operations], index) =>
    chosen(extent, operations).flatMap((operation) =>
      Array.from({ length: extent.diskSteps }, (_, step) => ({ part, index, operation, step })),
    ),
  );
  for (const { part, index, operation, step } of sample(sweeps, extent.fullDisks, randomNumbers(extent.seed))) {
    const scene = await Scene.numbered(index, operation);
    // Steps are closer together where there is little.
    const free = Math.round(SWEPT_BYTES * (step / (extent.diskSteps - 1)) ** 2);
    await tally.attempt(`${scene.variant.name}, ${operation.name}, ${free} bytes free in ${part}`, () =>
      onFullDisk(scene, operation, part, free),
    );
  }
}

async function* onFullDisk(scene: Scene, operation: Operation, part: string, free: number): AsyncGenerator<string> {
  const unmount = mountDisk(scene.path(part), DISK_BYTES);
  try {
    const before = await scene.ready(operation);
    const makeRoom = fillDisk(scene.path(part), free);
    try {
      const { code, stdout, stderr } = await run(scene.home, before.args, scene.env);
      // What `run-due` could not do is its result.
      const said = stderr + stdout;
      if (code === null) yield `The command hung or died: ${said}`;
      if (/INTERNAL/.test(said) || (code !== 0 && !/space|full/i.test(said)))
        yield `The command did not say what was wrong: ${code} ${said}`;
    } finally {
      makeRoom();
    }
    yield* whatIsBroken(scene, operation, before);
  } finally {
    unmount();
  }
}

/** Takes a destination's disk away in the middle of operations, and brings it back. */
export async function unmountDisks(extent: Extent, tally: Tally): Promise<void> {
  if (whyNoDisks !== undefined) return void tally.leftOut.push(whyNoDisks);
  const random = randomNumbers(extent.seed);
  const operations = chosen(extent, UNMOUNTED);
  for (let n = 0; n < extent.unmounts; n++) {
    const operation = operations[n % operations.length];
    if (operation === undefined) return;
    const scene = await Scene.numbered(Math.floor(n / operations.length));
    const part = Math.floor(random() * 2) === 0 ? 'near' : 'far';
    const afterMs = 100 + random() * 1200;
    const name = `${scene.variant.name}, ${operation.name}, ${part} unmounted after ${Math.round(afterMs)} ms`;
    await tally.attempt(name, () => unmounted(scene, operation, part, afterMs));
  }
}

async function* unmounted(scene: Scene, operation: Operation, part: string, afterMs: number): AsyncGenerator<string> {
  const mountPoint = scene.path(part);
  const disk = scene.path('disk');
  mkdirSync(disk, { recursive: true });
  // Under the disk there is nothing: what appears there was written without it.
  for (const name of readdirSync(mountPoint)) rmSync(join(mountPoint, name), { recursive: true });
  let unmount = bind(disk, mountPoint);
  try {
    const before = await scene.ready(operation);
    const started = start(scene.home, before.args, scene.env);
    await Promise.race([delay(afterMs), started.ended]);
    unmount();
    const { code, stderr } = await started.ended;
    const strays = readdirSync(mountPoint);
    unmount = bind(disk, mountPoint);
    if (code === null) yield `The command hung or died: ${stderr}`;
    if (/INTERNAL/.test(stderr)) yield `The command did not say what was wrong: ${code} ${stderr}`;
    if (strays.length > 0) yield `${strays.join(', ')} was written to the mount point without its disk.`;
    yield* whatIsBroken(scene, operation, before);
  } finally {
    unmount();
  }
}
