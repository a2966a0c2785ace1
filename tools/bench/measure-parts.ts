/*
 * Does the parts of a backup one after the other, each alone, and prints the CPU time that they need:
 * node tools/bench/measure-parts.ts DATABASE FOLDER gz|zst
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { unpackKnown } from '../../src-main/core/engine/attached-files/unpack-known.ts';
import { storeImage } from '../../src-main/core/engine/packing/compress.ts';
import { copyImage } from '../../src-main/core/engine/sqlite/copy-image.ts';
import { checkImageContent } from '../../src-main/core/verify/check-image.ts';
import type { Compression } from '../../src-shared/model/values.ts';
import { quietContext } from '../../test/support/quiet-context.ts';

const [database = '', folder = '', compression = 'gz'] = process.argv.slice(2);
const staging = mkdtempSync(join(folder, 'parts-'));
const context = quietContext(staging);
const [path, packed] = [join(staging, 'image.db'), join(staging, 'packed')];
const before = process.cpuUsage();

const { journalMode } = await copyImage(database, path, context);
const file = openSync(packed, 'w');
const how = { compression: compression as Compression, encryptor: null };
await storeImage(
  path,
  how,
  (piece) => void writeSync(file, piece),
  () => {},
);
closeSync(file);
await unpackKnown(
  packed,
  compression as Compression,
  () => {},
  context,
  () => {},
);
checkImageContent({ path, unlocking: null, journalMode, sourcePath: database, schemaVersion: null }, context, () => {});

const { user, system } = process.cpuUsage(before);
rmSync(staging, { recursive: true });
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1000 })}\n`);
