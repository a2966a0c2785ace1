import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { errorCode } from '../engine/engine-errors.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import type { Database } from '../engine/sqlite/open-database.ts';
import { catalogCopies } from './catalog-copies.ts';

/** What the error of a damaged catalog has in its details, so that a host can offer what to do. */
const DETAILS = { damagedCatalog: true };

/** Whether an error says that the catalog is damaged. */
export function isDamagedCatalog(error: unknown): boolean {
  return error instanceof SnapkeepError && error.details?.damagedCatalog === true;
}

/** The one error for a catalog that is damaged, found at the start or later. */
export function damagedCatalog(path: string, cause: unknown): SnapkeepError {
  const newest = catalogCopies(path)[0];
  const empty = 'start with an empty catalog: snapkeep catalog restore --empty, then snapkeep recover <destination>.';
  const hint =
    newest === undefined
      ? `No automatic copy found. Quit Snapkeep and ${empty}`
      : `Quit Snapkeep and restore the automatic copy of ${timeInWords(newest.at)}: snapkeep catalog restore. The desktop application offers it when it starts. Or ${empty}`;
  const message = `Snapkeep’s catalog of plans and runs is damaged: ${path}. No snapshot is affected.`;
  return new SnapkeepError('CORRUPT', message, { hint, details: DETAILS, cause });
}

/** An instant, in milliseconds since 1970, as `2026-11-24 02:00 UTC`. */
export function timeInWords(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/**
 * A connection to the catalog whose errors are about the catalog, wherever they are met: those of a run are never
 * blamed on what it backs up. Damage that is met is noted, so that the next start looks for it.
 */
export function explainedCatalog(database: Database, path: string): Database {
  const explain = (error: unknown): unknown => {
    if (!errorCode(error)?.startsWith('SQLITE_')) return error;
    if (!isDamage(error)) return explainWrite(error, 'catalog', path, 'the catalog of Snapkeep');
    noteDamage(path);
    return damagedCatalog(path, error);
  };
  return explained(database, explain);
}

/** Whether SQLite says so of a file that is damaged. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(errorCode(error) ?? '');
}

type Method = (...args: unknown[]) => unknown;

/** The same object, whose methods throw what is made of their errors; so do statements and functions that they answer. */
function explained<T extends object>(target: T, explain: (error: unknown) => unknown): T {
  const proxy: T = new Proxy(target, {
    get: (_, key) => {
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? call(value as Method, target) : value;
    },
  });
  const call =
    (work: Method, on: unknown) =>
    (...args: unknown[]): unknown => {
      try {
        const answer = work.apply(on, args);
        if (answer === target) return proxy;
        if (typeof answer === 'function') return call(answer as Method, undefined);
        return isStatement(answer) ? explained(answer, explain) : answer;
      } catch (error) {
        throw explain(error);
      }
    };
  return proxy;
}

const isStatement = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && 'source' in value && 'database' in value;

const noteOf = (path: string): string => join(dirname(path), 'catalog.damaged');

function noteDamage(path: string): void {
  try {
    writeFileSync(noteOf(path), '', { mode: 0o600 });
  } catch {
    // A disk that takes no note: the damage is met again.
  }
}

/** Whether damage was met in this catalog before. */
export function isDamageNoted(path: string): boolean {
  return existsSync(noteOf(path));
}

/** The catalog is sound, or another one is in its place. */
export function forgetDamage(path: string): void {
  rmSync(noteOf(path), { force: true });
}
