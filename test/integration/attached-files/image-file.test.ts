import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { putBackFolder } from '../../../src-main/core/engine/attached-files/folder/folder-swap.ts';
import { statImage } from '../../../src-main/core/engine/attached-files/image/block-device.ts';
import {
  copyImageFile,
  restoreImageFile,
  type StoredDeviceImage,
} from '../../../src-main/core/engine/attached-files/image/image-file.ts';
import { cancelledError, type TaskContext } from '../../../src-main/core/engine/task-context.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import { AttachedFileScene } from '../../support/attached-file-scene.ts';
import { loops, makeDevice } from '../../support/loop-device.ts';

const RUN = 'beef0000-0000-4000-8000-000000000000';
const MB = 1024 * 1024;

/** A disk of some megabytes with a pattern in it, and zeros at its end. */
function makeImage(path: string, bytes = 3 * MB + 512): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at < 2 * MB; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at);
  writeFileSync(path, content);
  return content;
}

class ImageScene extends AttachedFileScene {
  readonly image = join(this.folder, 'card.img');
  readonly content = makeImage(this.image);

  store(compression: Compression, sourcePath = this.image, context: Partial<TaskContext> = {}) {
    const request = {
      runId: RUN,
      sourcePath,
      destination: this.destination,
      name: 'card',
      ending: '',
      letters: this.request.letters,
      compression,
      encryptor: null,
    };
    return copyImageFile(request, this.context(context));
  }

  restore(stored: StoredDeviceImage, compression: Compression, targetPath: string) {
    const { path: storedPath, digest } = stored;
    return restoreImageFile(
      { runId: RUN, storedPath, compression, digest, targetPath },
      this.context(),
      async () => {},
    );
  }
}

test.each([
  ['gz', 'card-2026-01-01-030000-k3f9qa.img.gz', 'gunzip -c'],
  ['zst', 'card-2026-01-01-030000-k3f9qa.img.zst', 'zstd -dc'],
  ['none', 'card-2026-01-01-030000-k3f9qa.img', 'cat'],
] as const)('an image is stored as %s, which others read, and comes back', async (compression, name, unpack) => {
  const scene = new ImageScene();
  const stored = await scene.store(compression);
  expect(stored).toMatchObject({ name, mounted: false, source: { kind: 'file', bytes: scene.content.length } });
  const read = execFileSync('sh', ['-c', `${unpack} "$0"`, stored.path], { maxBuffer: 64 * MB });
  expect(read.equals(scene.content)).toBe(true);
  expect(scene.names()).toEqual([name]);
  writeFileSync(scene.image, 'written over');
  chmodSync(scene.image, 0o640);
  const undoRecord = await scene.restore(stored, compression, scene.image);
  expect(readFileSync(scene.image).equals(scene.content)).toBe(true);
  expect(statSync(scene.image).mode & 0o777).toBe(0o640);
  if (undoRecord === null) throw new Error('There is no undo.');
  await putBackFolder(undoRecord, RUN.replace('beef', 'cafe'), async () => {});
  expect(readFileSync(scene.image, 'utf8')).toBe('written over');
});

test('a new file is made where none is; nothing is written through a link', async () => {
  const scene = new ImageScene();
  const stored = await scene.store('zst');
  const target = join(scene.folder, 'new.img');
  expect(await scene.restore(stored, 'zst', target)).toMatchObject({ keptPath: null });
  expect(readFileSync(target).equals(scene.content)).toBe(true);
  const link = join(scene.folder, 'link.img');
  symlinkSync(target, link);
  await expect(scene.restore(stored, 'zst', link)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
});

test('an image that is written to meanwhile is not stored; a cancelled one leaves nothing', async () => {
  const scene = new ImageScene();
  let looks = 0;
  const write = (): void => {
    if (looks++ === 0) appendFileSync(scene.image, 'more');
  };
  await expect(scene.store('gz', scene.image, { throwIfCancelled: write })).rejects.toMatchObject({ code: 'BUSY' });
  const stop = (): void => {
    if (looks++ > 1) throw cancelledError();
  };
  await expect(scene.store('gz', scene.image, { throwIfCancelled: stop })).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(scene.names()).toEqual([]);
});

test('an image that is not what was stored is not restored', async () => {
  const scene = new ImageScene();
  const stored = await scene.store('none');
  const bytes = readFileSync(stored.path);
  bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
  writeFileSync(stored.path, bytes);
  const before = readFileSync(scene.image);
  await expect(scene.restore(stored, 'none', scene.image)).rejects.toMatchObject({ code: 'CORRUPT' });
  expect(readFileSync(scene.image).equals(before)).toBe(true);
  expect(readdirSync(scene.folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('what is neither a file nor a block device is refused', async () => {
  const scene = new ImageScene();
  for (const path of ['/dev/null', scene.source])
    await expect(scene.store('gz', path)).rejects.toMatchObject({ code: 'INVALID_PARAMS', hint: expect.any(String) });
  await expect(scene.store('gz', join(scene.folder, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test.skipIf(!loops)('a device is stored and written back, and read back [root, loop devices]', async () => {
  const scene = new ImageScene();
  const device = makeDevice(scene.folder, 'disk', 4 * MB);
  writeFileSync(device, scene.content);
  expect(await statImage(device)).toEqual({ kind: 'device', bytes: 4 * MB });
  const stored = await scene.store('zst', device);
  expect(stored).toMatchObject({ mounted: false, source: { kind: 'device', bytes: 4 * MB } });
  const other = makeDevice(scene.folder, 'other', 6 * MB);
  expect(await scene.restore(stored, 'zst', other)).toBeNull();
  expect(readFileSync(other).subarray(0, scene.content.length).equals(scene.content)).toBe(true);
  const small = makeDevice(scene.folder, 'small', 2 * MB);
  await expect(scene.restore(stored, 'zst', small)).rejects.toMatchObject({ code: 'NO_SPACE' });
  const bytes = readFileSync(stored.path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  writeFileSync(stored.path, bytes);
  const fresh = makeDevice(scene.folder, 'fresh', 4 * MB);
  await expect(scene.restore(stored, 'zst', fresh)).rejects.toMatchObject({ code: 'CORRUPT' });
  expect(readFileSync(fresh).every((byte) => byte === 0)).toBe(true);
});

test.skipIf(!loops)('a mounted device is not written [root, loop devices]', async () => {
  const scene = new ImageScene();
  const device = makeDevice(scene.folder, 'disk', 8 * MB);
  execFileSync('mkfs.ext4', ['-q', device]);
  const stored = await scene.store('gz', device);
  const place = join(scene.folder, 'mounted');
  mkdirSync(place);
  execFileSync('mount', [device, place]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', place]);
  });
  await expect(scene.restore(stored, 'gz', device)).rejects.toMatchObject({
    code: 'BUSY',
    message: expect.stringContaining(place),
  });
  expect(await scene.store('gz', device)).toMatchObject({ mounted: true });
  expect(scene.log.join('\n')).toContain('is mounted');
});
