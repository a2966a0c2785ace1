import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLedger } from '../ledger.ts';
import { operationOf } from '../operations.ts';
import { type Ended, run } from '../product.ts';
import { Scene, VARIANTS } from '../scene.ts';
import { type Extent, randomNumbers, type Tally } from '../tally.ts';

const VERIFY = operationOf('verify');
const MANIFEST_SUFFIX = '.manifest.json';

/** Ways in which stored bytes go bad. Each answers other bytes than it is given. */
const DAMAGES: Readonly<Record<string, (bytes: Buffer, random: () => number) => Buffer>> = {
  'a flipped bit': (bytes, random) => {
    const damaged = Buffer.from(bytes);
    const at = Math.floor(random() * damaged.length);
    damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
    return damaged;
  },
  'a cut end': (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'a strange end': (bytes, random) => Buffer.concat([bytes, bytes.subarray(0, 1 + Math.floor(random() * 1000))]),
  'another block': (bytes, random) => {
    const at = Math.floor(random() * Math.max(1, bytes.length - 512));
    const noise = Buffer.from(
      Array.from({ length: Math.min(512, bytes.length - at) }, () => Math.floor(random() * 256)),
    );
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + noise.length)]);
  },
  'swapped halves': (bytes, random) => {
    const at = 1 + Math.floor(random() * (bytes.length - 2));
    return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
  },
};

/** Damages stored files and manifests, and looks whether anything of it is taken for good. */
export async function damageFiles(extent: Extent, tally: Tally): Promise<void> {
  const random = randomNumbers(extent.seed);
  const names = Object.keys(DAMAGES);
  for (let n = 0; n < extent.damagedFiles; n++) {
    // One damage after the other; of each three files one is a manifest, and each second one is restored.
    const damage = names[n % names.length] ?? '';
    const part = n % 3 === 2 ? 'manifest' : 'file';
    const command = Math.floor(n / 3) % 2 === 0 ? 'verify' : 'restore';
    // Uncompressed ones first: a flipped bit in them is seen by its hash alone.
    const scene = await Scene.numbered(n + 3);
    await tally.attempt(`${scene.variant.name}, ${command} with ${damage} in the ${part}`, () =>
      damaged(scene, command, part, damage, random),
    );
  }
  for (let n = 0; n < Math.min(VARIANTS.length, extent.damagedFiles); n += 2) {
    const scene = await Scene.numbered(n);
    await tally.attempt(`${scene.variant.name}, another snapshot under its name`, () => exchanged(scene));
  }
}

async function* damaged(
  scene: Scene,
  command: 'verify' | 'restore',
  part: 'file' | 'manifest',
  damage: string,
  random: () => number,
): AsyncGenerator<string> {
  await scene.ready(VERIFY);
  const newest = scene.snapshot(0);
  const file = join(scene.near, newest.name);
  const path = part === 'file' ? file : file + MANIFEST_SUFFIX;
  const good = readFileSync(path);
  const bad = DAMAGES[damage]?.(good, random) ?? good;
  if (bad.equals(good)) return;
  writeFileSync(path, bad);
  if (command === 'verify') yield* whatIsWrong(command, await run(scene.home, ['verify', newest.id], scene.env), part);
  else yield* restored(scene, file, part);
}

/** Restores to a place where nothing is. What comes there is right, whatever the manifest says. */
async function* restored(scene: Scene, snapshot: string, part: 'file' | 'manifest'): AsyncGenerator<string> {
  const target = scene.path('restored.db');
  yield* whatIsWrong('restore', await run(scene.home, ['restore', snapshot, '--to', target], scene.env), part);
  const ledger = readLedger(target, scene.key);
  if (ledger !== null && JSON.stringify(ledger) !== JSON.stringify(scene.contents.old?.ledger))
    yield `It restored ${JSON.stringify(ledger)}.`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(target + suffix, { force: true });
}

/** @param part a damaged file is checked against a manifest that is not damaged, so it can never pass */
function* whatIsWrong(command: string, { code, stderr }: Ended, part: 'file' | 'manifest'): Generator<string> {
  if (code === null) yield `${command} hung or died: ${stderr}`;
  if (/INTERNAL/.test(stderr)) yield `${command} did not say what is wrong: ${stderr}`;
  if (part === 'file' && code === 0) yield `${command} took it for good.`;
}

/** The whole of another snapshot, file and manifest, under the name of the newest. */
async function* exchanged(scene: Scene): AsyncGenerator<string> {
  await scene.ready(VERIFY);
  const [one, other] = [scene.snapshot(0), scene.snapshot(1)];
  const [to, from] = [join(scene.near, one.name), join(scene.near, other.name)];
  copyFileSync(from, to);
  const manifest = JSON.parse(readFileSync(from + MANIFEST_SUFFIX, 'utf8')) as object;
  writeFileSync(to + MANIFEST_SUFFIX, `${JSON.stringify({ ...manifest, name: one.name }, null, 2)}\n`);
  yield* whatIsWrong('verify', await run(scene.home, ['verify', one.id], scene.env), 'file');
  const target = scene.path('restored.db');
  yield* whatIsWrong('restore', await run(scene.home, ['restore', one.id, '--to', target], scene.env), 'file');
  rmSync(target, { force: true });
}
