/*
 * Writes or reads a SQL dump in a process of its own:
 * node tools/bench/measure-dump.ts write DATABASE DUMP
 * node tools/bench/measure-dump.ts read DUMP DATABASE
 */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { restoreDump } from '../../src-main/core/engine/dump/restore-dump.ts';
import { dumpPieces } from '../../src-main/core/engine/dump/write-dump.ts';
import { openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';

const [task, from = '', to = ''] = process.argv.slice(2);
if (task === 'read') {
  await restoreDump(createReadStream(from, { highWaterMark: 1024 * 1024 }), to);
} else {
  const database = openDatabase(from, { readonly: true, mustExist: true });
  const file = openSync(to, 'wx');
  for (const piece of dumpPieces(database)) for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
  closeSync(file);
  database.close();
}
process.stdout.write(`${JSON.stringify({ peakMemoryMb: process.resourceUsage().maxRSS / 1024 })}\n`);
