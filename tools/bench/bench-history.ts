import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import Database from 'better-sqlite3';
import { type CapturedHistory, captureHistory } from '../../src-main/core/engine/history/capture-history.ts';
import { keepPageHashes } from '../../src-main/core/engine/history/page-hashes.ts';
import { rebuildPoint } from '../../src-main/core/engine/history/rebuild-point.ts';
import { quietContext } from '../../test/support/quiet-context.ts';
import { bytesOnDisk } from '../../test/support/trees.ts';
import type { Figures } from './figures.ts';
import { median, printTable, type Took, timeScript } from './measure.ts';
import { makeSampleDatabase } from './sample-database.ts';
import { type Contender, contender, rowsOf, takeTurns, timesAsFast } from './turns.ts';

/** What is measured, and where. */
export interface HistoryBench {
  /** An empty folder. */
  folder: string;
  megabytes: number;
  rounds: number;
  figures: Figures;
}

/** Where newer ones than the system's may be: `go install github.com/restic/restic/cmd/restic@…` with this as GOBIN. */
const CACHE = join(homedir(), '.cache', 'snapkeep-tests', 'rivals');
const ENVIRONMENT = {
  PATH: [CACHE, join(CACHE, 'borg-venv', 'bin'), process.env.PATH].join(delimiter),
  RESTIC_PASSWORD: 'measured',
  BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
};

/**
 * Changes 1 % of the rows of a database, all over it, and stores it: as a capture, by `.backup` and gzip, and by restic
 * and borg with the copy by `.backup` that they need. Prints the time and what each takes of the disk, and what making
 * the newest point anew takes beside unpacking a full `.db.zst`.
 */
export async function measureHistory({ folder, megabytes, rounds, figures }: HistoryBench): Promise<void> {
  const place = join(folder, 'history');
  mkdirSync(place);
  const source = join(place, 'app.db');
  process.stdout.write(`making ${megabytes} MB …\n`);
  makeSampleDatabase(source, megabytes);
  const history = new CapturedFiles(place, source);
  const contenders = [contender('Snapkeep capture', () => history.capture()), ...othersOf(place, source)];
  // The first time is a full copy for each, and not what is compared.
  for (const { once } of contenders) await once();
  const before = contenders.map(({ name }) => bytesOf(place, name));
  for (let round = 0; round < rounds; round++) {
    changeRows(source, round);
    await takeTurns(contenders, round);
  }
  const growth = contenders.map(({ name }, at) => (bytesOf(place, name) - (before[at] ?? 0)) / rounds);
  printTable([
    [`1 % of the rows of ${megabytes} MB changed`, 'median', 'CPU', 'as fast', 'growth'],
    ...rowsOf(contenders).map((row, at) => [...row, `${((growth[at] ?? 0) / 1e6).toFixed(1)} MB`]),
  ]);
  process.stdout.write(`the last capture has ${history.newest.pages} of ${history.newest.commit} pages\n`);
  const [ours, ...others] = contenders;
  if (ours === undefined) return;
  for (const [at, other] of others.entries()) {
    figures.times(`A capture, times as fast as ${other.name}`, timesAsFast(ours, other));
    figures.percent(`Growth by a capture, of that of ${other.name}`, (growth[0] ?? 0) / (growth[at + 1] ?? 0));
  }
  await measureRebuild(place, source, history, figures, rounds);
  figures.megabytes('Memory while capturing and rebuilding', process.resourceUsage().maxRSS / 1000);
  rmSync(place, { recursive: true });
}

/** Each has a folder of its name, in which all that it stores is. */
const folderOf = (place: string, name: string): string => join(place, name.split(' ').at(-1) ?? '');
const bytesOf = (place: string, name: string): number => bytesOnDisk([folderOf(place, name)]);

function othersOf(place: string, source: string): Contender[] {
  const copy = join(place, 'copy.db');
  const byBackup = `rm -f '${copy}'; sqlite3 '${source}' ".backup '${copy}'"`;
  const script = (name: string, store: (at: string) => string): Contender[] => {
    const at = folderOf(place, name);
    const tool = name.split(' ').at(-1) ?? '';
    if (timeScript(`command -v ${tool} || true`, ENVIRONMENT).output === '') {
      process.stdout.write(`${tool}: not measured, for it is not installed\n`);
      return [];
    }
    mkdirSync(at);
    return [contender(name, () => timeScript(`${byBackup}; ${store(at)}`, ENVIRONMENT))];
  };
  return [
    ...script('.backup and gzip', (at) => `gzip -c '${copy}' > '${at}'/$(date +%s%N).db.gz; sync '${at}'`),
    ...script('.backup and restic', (at) => {
      const init = `[ -e '${at}/config' ] || restic -q -r '${at}' init;`;
      return `${init} restic -q -r '${at}' backup '${copy}'`;
    }),
    ...script('.backup and borg', (at) => {
      const init = `[ -e '${at}/config' ] || borg init -e none '${at}';`;
      return `${init} borg create -C zstd '${at}::{utcnow}' '${copy}'`;
    }),
  ];
}

function changeRows(source: string, round: number): void {
  const database = new Database(source);
  database.pragma('synchronous = OFF');
  const change = database.prepare(
    "UPDATE notes SET body = substr(body, 20) || ' ' || hex(randomblob(9)) WHERE id % 100 = ?",
  );
  change.run(round % 100);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** The captures of a database. */
class CapturedFiles {
  readonly #place: string;
  readonly #source: string;
  readonly #historyId = randomUUID();
  readonly #context;
  #previous: (CapturedHistory & { changed: true }) | null = null;
  readonly files: Array<{ path: string; name: string }> = [];

  constructor(place: string, source: string) {
    this.#place = folderOf(place, 'Snapkeep capture');
    this.#source = source;
    this.#context = quietContext(place);
    mkdirSync(this.#place);
  }

  get newest(): CapturedHistory & { changed: true } {
    if (this.#previous === null) throw new Error('Nothing was captured.');
    return this.#previous;
  }

  async capture(): Promise<Pick<Took, 'wallMs' | 'cpuMs'>> {
    const name = `${this.files.length + 1}.ltx`;
    const [hashes, out] = [`${this.#place}.hashes`, join(this.#place, name)];
    const where = { sourcePath: this.#source, historyId: this.#historyId, hashes, out, encryption: null };
    return timed(async () => {
      const captured = await captureHistory({ ...where, previous: this.#previous }, this.#context);
      await keepPageHashes(hashes);
      if (!captured.changed) throw new Error('Nothing has changed.');
      this.#previous = captured;
      this.files.push({ path: out, name });
    });
  }

  async rebuild(target: string): Promise<Pick<Took, 'wallMs' | 'cpuMs'>> {
    const { rootHash } = this.newest;
    return timed(async () => void (await rebuildPoint({ files: this.files, target, rootHash }, this.#context)));
  }
}

async function measureRebuild(
  place: string,
  source: string,
  history: CapturedFiles,
  figures: Figures,
  rounds: number,
): Promise<void> {
  const [target, full] = [join(place, 'rebuilt.db'), join(place, 'full.db.zst')];
  timeScript(`zstd -q '${source}' -o '${full}'`);
  const rebuilt = contender(`Snapkeep, base and ${history.files.length - 1} captures`, () => history.rebuild(target));
  const unpacked = contender('zstd -d, full snapshot', () => timeScript(`zstd -q -d '${full}' -o '${target}'`));
  for (let round = 0; round < rounds; round++)
    for (const each of [rebuilt, unpacked]) {
      await takeTurns([each], round);
      rmSync(target);
    }
  const size = `${(statSync(full).size / 1e6).toFixed(0)} MB`;
  printTable([[`an image, full snapshot ${size}`, 'median', 'CPU', 'as fast'], ...rowsOf([rebuilt, unpacked])]);
  figures.times(
    'Making a point anew, of the time of unpacking a full snapshot',
    median(rebuilt.wall) / median(unpacked.wall),
  );
}

async function timed(work: () => Promise<void>): Promise<Pick<Took, 'wallMs' | 'cpuMs'>> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - started, cpuMs: (user + system) / 1000 };
}
