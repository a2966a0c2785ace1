import { mkdirSync, rmSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import type { Figures } from './figures.ts';
import { median, peakMemory, printTable, timeCommand, timeScript } from './measure.ts';
import { COLUMNS, type Contender, contender, rowsOf, takeTurns, timesAsFast } from './turns.ts';

/** What is measured, and how often. */
export interface ScriptsBench {
  /** What is in the database, as the figures name it. */
  what: string;
  database: string;
  folder: string;
  rounds: number;
  figures: Figures;
}

const FORMATS = { gz: 'gzip', zst: 'zstd' } as const;
type Format = keyof typeof FORMATS;

/**
 * Measures whole commands, verification included, against the scripts people use on the same file, taking turns, and
 * prints the medians.
 */
export async function measureScripts({ what, database, folder, rounds, figures }: ScriptsBench): Promise<void> {
  const scene = new ScriptsScene(database, join(folder, what));
  const backups = {
    bare: scene.script(false),
    checked: scene.script(true),
    gz: scene.backup('gz'),
    zst: scene.backup('zst'),
  };
  const reads = {
    script: scene.unpackAndCheck(),
    verify: scene.verify('gz'),
    verifyZst: scene.verify('zst'),
    restore: scene.restore('gz'),
    restoreZst: scene.restore('zst'),
  };
  for (let round = 0; round < rounds; round++) {
    process.stdout.write(`${what}: round ${round + 1} of ${rounds}\n`);
    scene.clear();
    await takeTurns(Object.values(backups), round);
    await takeTurns(Object.values(reads), round);
  }
  printTable([[`backup of ${what}`, ...COLUMNS], ...rowsOf(Object.values(backups))]);
  printTable([[`reading ${what} back`, ...COLUMNS], ...rowsOf(Object.values(reads))]);
  process.stdout.write(`stored: ${scene.storedSizes()}\n`);
  for (const format of ['gz', 'zst'] as const) {
    const of = `${what}, ${FORMATS[format]}`;
    figures.times(`backup against .backup + gzip (${of})`, timesAsFast(backups[format], backups.bare));
    figures.times(`backup against the script with its checks (${of})`, timesAsFast(backups[format], backups.checked));
    figures.percent(`share of the limit (${of})`, shareOfLimit(database, folder, format, backups[format]));
    figures.megabytes(`peak memory of a backup (${of})`, await scene.peak(format));
  }
  figures.times(`verify against gunzip + integrity_check (${what})`, timesAsFast(reads.verify, reads.script));
  figures.times(`restore against gunzip + integrity_check (${what})`, timesAsFast(reads.restore, reads.script));
  rmSync(join(folder, what), { recursive: true });
}

/** What the parts of a backup need of all cores, each measured alone, as a share of what the whole command takes. */
function shareOfLimit(database: string, folder: string, format: Format, backup: Contender): number {
  const parts = resolve(import.meta.dirname, 'measure-parts.ts');
  const { output } = timeScript(`'${process.execPath}' '${parts}' '${database}' '${folder}' ${format}`);
  const { cpuMs } = JSON.parse(output) as { cpuMs: number };
  return cpuMs / cpus().length / median(backup.wall);
}

/** The commands that are compared, in a folder of their own. */
class ScriptsScene {
  readonly #database: string;
  readonly #folder: string;
  readonly #home: Record<string, string>;
  readonly #copy: string;
  readonly #packed: string;
  readonly #snapshots = { gz: '', zst: '' };

  constructor(database: string, folder: string) {
    this.#database = database;
    this.#folder = folder;
    this.#home = { SNAPKEEP_HOME: join(folder, 'home') };
    this.#copy = join(folder, 'copy.db');
    this.#packed = join(folder, 'copy.db.gz');
    for (const made of [folder, join(folder, 'gz'), join(folder, 'zst')]) mkdirSync(made);
  }

  /** Removes what was stored before; the marker of the destination stays. */
  clear(): void {
    for (const path of Object.values(this.#snapshots).filter(Boolean))
      for (const stored of [path, `${path}.manifest.json`]) rmSync(stored);
  }

  /** @param checked with the checks that careful scripts make */
  script(checked: boolean): Contender {
    const check = `gzip -t ${this.#packed} && ${this.#unpack()}`;
    const name = `.backup + gzip${checked ? ' + gzip -t + gunzip + integrity_check' : ''}`;
    return contender(name, () =>
      timeScript(
        `sqlite3 ${this.#database} ".backup ${this.#copy}" && gzip -c ${this.#copy} > ${this.#packed} && rm ${this.#copy}${checked ? ` && ${check}` : ''}`,
      ),
    );
  }

  unpackAndCheck(): Contender {
    return contender('gunzip + integrity_check', () => timeScript(this.#unpack()));
  }

  backup(format: Format): Contender {
    return contender(`snapkeep backup, ${FORMATS[format]}, verified`, () => {
      const took = timeCommand(this.#home, ...this.#backup(format));
      this.#snapshots[format] = took.path;
      return took;
    });
  }

  verify(format: Format): Contender {
    return contender(`snapkeep verify, ${FORMATS[format]}`, () =>
      timeCommand(this.#home, 'verify', this.#snapshots[format]),
    );
  }

  restore(format: Format): Contender {
    const target = join(this.#folder, 'restored.db');
    return contender(`snapkeep restore to a new path, ${FORMATS[format]}`, () => {
      const took = timeCommand(this.#home, 'restore', this.#snapshots[format], '--to', target);
      rmSync(target);
      return took;
    });
  }

  peak(format: Format): Promise<number> {
    return peakMemory(this.#home, ...this.#backup(format));
  }

  storedSizes(): string {
    return [this.#packed, this.#snapshots.gz, this.#snapshots.zst]
      .map((path) => `${(statSync(path).size / 1e6).toFixed(1)} MB`)
      .join(', ');
  }

  #backup(format: Format): string[] {
    return ['backup', '--source', this.#database, '--to', join(this.#folder, format), '--format', format];
  }

  #unpack(): string {
    return `gunzip -c ${this.#packed} > ${this.#copy} && sqlite3 ${this.#copy} "PRAGMA integrity_check" | grep -qx ok && rm ${this.#copy}`;
  }
}
