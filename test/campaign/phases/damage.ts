import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../product.ts';
import { Scene, VARIANTS } from '../scene.ts';
import { type Extent, randomNumbers, type Tally } from '../tally.ts';

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
  for (const [index, variant] of VARIANTS.entries()) {
    const scene = await Scene.make(variant);
    const [newest, older] = (await scene.snapshots()).map(({ id, name }) => ({ id, name }));
    if (newest === undefined || older === undefined) throw new Error('The scene has no snapshots.');
    const share = Math.ceil(extent.damagedFiles / VARIANTS.length);
    for (let n = 0; n < share; n++) {
      const damage = names[(n + index) % names.length] ?? '';
      const part = n % 3 === 2 ? 'manifest' : 'file';
      await tally.attempt(`${variant.name}, ${part} with ${damage}`, () =>
        damaged(scene, newest, part, damage, random),
      );
    }
    await tally.attempt(`${variant.name}, another snapshot under its name`, () => exchanged(scene, newest, older));
    scene.remove();
  }
}

async function* damaged(
  scene: Scene,
  { id, name }: { id: string; name: string },
  part: 'file' | 'manifest',
  damage: string,
  random: () => number,
): AsyncGenerator<string> {
  const path = join(scene.near, part === 'file' ? name : name + MANIFEST_SUFFIX);
  const good = readFileSync(path);
  const bad = DAMAGES[damage]?.(good, random) ?? good;
  if (bad.equals(good)) return;
  try {
    writeFileSync(path, bad);
    const target = scene.path('restored.db');
    const verified = await run(scene.home, ['verify', id], scene.env);
    yield* whatIsWrong('verify', verified, part === 'file');
    const restored = await run(scene.home, ['restore', join(scene.near, name), '--to', target], scene.env);
    yield* whatIsWrong('restore', restored, part === 'file');
    rmSync(target, { force: true });
  } finally {
    writeFileSync(path, good);
  }
}

/** @param mustFail what was damaged is checked against a manifest that was not */
function* whatIsWrong(
  command: string,
  { code, stderr }: { code: number | null; stderr: string },
  mustFail: boolean,
): Generator<string> {
  if (code === null) yield `${command} hung or died: ${stderr}`;
  if (/INTERNAL/.test(stderr)) yield `${command} did not say what is wrong: ${stderr}`;
  if (mustFail && code === 0) yield `${command} took it for good.`;
}

/** The whole of another snapshot, file and manifest, under the name of this one. */
async function* exchanged(
  scene: Scene,
  one: { id: string; name: string },
  other: { name: string },
): AsyncGenerator<string> {
  scene.reset();
  const [to, from] = [join(scene.near, one.name), join(scene.near, other.name)];
  copyFileSync(from, to);
  const manifest = JSON.parse(readFileSync(from + MANIFEST_SUFFIX, 'utf8')) as object;
  writeFileSync(to + MANIFEST_SUFFIX, `${JSON.stringify({ ...manifest, name: one.name }, null, 2)}\n`);
  yield* whatIsWrong('verify', await run(scene.home, ['verify', one.id], scene.env), true);
  const target = scene.path('restored.db');
  yield* whatIsWrong('restore', await run(scene.home, ['restore', one.id, '--to', target], scene.env), true);
  rmSync(target, { force: true });
}
