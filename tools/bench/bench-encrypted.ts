import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from './figures.ts';
import { printTable, type Took, timeCommand, timeScript } from './measure.ts';
import { makeSampleDatabase } from './sample-database.ts';
import { COLUMNS, contender, rowsOf, takeTurns, timesAsFast } from './turns.ts';

const KEY = 'correct horse battery staple';

/**
 * Measures the backup of a database that the command line of SQLCipher made against the script people use for those,
 * taking turns, and prints the medians. What is encrypted does not get smaller, so packing it is all cost.
 */
export async function measureEncrypted({
  folder,
  megabytes,
  rounds,
  figures,
}: {
  folder: string;
  megabytes: number;
  rounds: number;
  figures: Figures;
}): Promise<void> {
  const database = join(folder, 'encrypted.db');
  process.stdout.write(`making ${megabytes} MB with sqlcipher ${sqlcipherVersion()} …\n`);
  makeEncryptedSample(folder, database, megabytes);
  const copy = join(folder, 'exported.db');
  const script = join(folder, 'export.sql');
  const packed = join(folder, 'exported.db.gz');
  let stored = '';
  const environment = { SNAPKEEP_HOME: join(folder, 'encrypted-home'), BENCH_DB_KEY: KEY };
  const paths = { gz: '', zst: '' };
  const backup = (format: 'gz' | 'zst') => (): Took => {
    const to = ['--to', stored, '--format', format, '--key-env', 'BENCH_DB_KEY'];
    const took = timeCommand(environment, 'backup', '--source', database, ...to);
    paths[format] = took.path;
    return took;
  };
  const theirs = contender('sqlcipher_export + gzip', () =>
    timeScript(
      `printf '%s' "PRAGMA key = '${KEY}'; ATTACH '${copy}' AS c KEY '${KEY}'; SELECT sqlcipher_export('c');" > ${script} &&
       sqlcipher -batch ${database} < ${script} && gzip -c ${copy} > ${packed} && rm ${copy}`,
    ),
  );
  const ours = {
    gz: contender('snapkeep backup, gzip, verified', backup('gz')),
    zst: contender('snapkeep backup, zstd, verified', backup('zst')),
  };
  const contenders = [theirs, ours.gz, ours.zst];
  let sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // A folder for each round: one that lost its marker file counts as unavailable.
    stored = mkdtempSync(join(folder, 'encrypted-snapshots-'));
    await takeTurns(contenders, round);
    sizes = [packed, paths.gz, paths.zst].map((path) => statSync(path).size);
    rmSync(stored, { recursive: true });
  }
  printTable([
    ['backup of an encrypted database', ...COLUMNS, 'stored'],
    ...rowsOf(contenders).map((row, index) => [...row, `${((sizes[index] ?? 0) / 1e6).toFixed(1)} MB`]),
  ]);
  for (const [format, mine] of [
    ['gzip', ours.gz],
    ['zstd', ours.zst],
  ] as const)
    figures.times(`backup against sqlcipher_export + gzip (encrypted, ${format})`, timesAsFast(mine, theirs));
  for (const path of [database, packed, script]) rmSync(path);
}

function makeEncryptedSample(folder: string, path: string, megabytes: number): void {
  const plain = join(folder, 'plain.db');
  makeSampleDatabase(plain, megabytes, { search: false });
  const attach = `ATTACH '${path}' AS encrypted KEY '${KEY}'; SELECT sqlcipher_export('encrypted');`;
  execFileSync('sqlcipher', ['-batch', plain], { input: `${attach} PRAGMA encrypted.journal_mode = WAL;` });
  rmSync(plain);
}

function sqlcipherVersion(): string {
  return execFileSync('sqlcipher', ['--version'], { encoding: 'utf8' }).split(' ')[0] ?? '';
}
