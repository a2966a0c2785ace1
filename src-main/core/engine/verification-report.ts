import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import type { Check, CheckName, Verification } from '../../../src-shared/model/verification.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { type DatabaseFacts, totalRows } from './describe-database.ts';

/** Why the checks of a database are skipped for a snapshot of files. */
export const NO_DATABASE = 'This is a snapshot of files; there is no database in it.';

/** Why a check is skipped for a bare file. */
export const NO_MANIFEST = 'There is no manifest to compare with.';

/** Collects the checks and sums them up. */
export class VerificationReport {
  readonly checks: Check[] = [];

  get failed(): boolean {
    return this.checks.some((check) => check.outcome === 'failed');
  }

  add(name: CheckName, outcome: Check['outcome'], detail: string): void {
    this.checks.push({ name, outcome, detail });
  }

  conclude(
    started: Date,
    finished: Date,
    manifest: Manifest | undefined,
    facts: DatabaseFacts | undefined,
  ): Verification {
    const valid = !this.failed && (facts !== undefined || manifest?.database === null);
    const tables = facts?.tables ?? [];
    return {
      valid,
      level: valid ? 'checked' : 'none',
      at: finished.toISOString(),
      durationMs: Math.max(0, finished.getTime() - started.getTime()),
      message: valid ? goodNews(tables, manifest, this.checks) : `Not valid: ${badNews(this.checks)}`,
      tables,
      checks: this.checks,
    };
  }
}

/** Compares what was found with what the manifest says; without a manifest that is skipped. */
export function compareHash(
  name: CheckName,
  what: string,
  found: { bytes: number; sha256: string },
  expected: { bytes: number; sha256: string } | undefined,
  report: VerificationReport,
): void {
  if (expected === undefined) report.add(name, 'skipped', NO_MANIFEST);
  else if (found.sha256 === expected.sha256) report.add(name, 'passed', `SHA-256 ${found.sha256}`);
  else if (found.bytes !== expected.bytes)
    report.add(name, 'failed', `The ${what} has ${found.bytes} bytes instead of ${expected.bytes}.`);
  else report.add(name, 'failed', `The ${what} has changed since it was written.`);
}

/**
 * What can be said of a whole snapshot that nobody here can open: no check failed, and nothing is proven.
 * @param sha256 of the stored file, which is the one in its manifest
 */
export function storedOnly(sha256: string, started: Date, finished: Date): Verification {
  return {
    valid: true,
    level: 'none',
    at: finished.toISOString(),
    durationMs: Math.max(0, finished.getTime() - started.getTime()),
    message:
      'Stored whole, byte for byte, but nobody here can open it: it is sealed for recipients whose identity is not known. Give the plan the identity of one of them to have it proven.',
    tables: [],
    checks: [
      { name: 'stored-hash', outcome: 'passed', detail: `SHA-256 ${sha256}` },
      {
        name: 'decompress',
        outcome: 'skipped',
        detail: 'It is sealed, and the identity that opens it is not known here.',
      },
    ],
  };
}

/** The first trouble, and where the damage is if that is known. */
function badNews(checks: Check[]): string {
  const [first, ...others] = checks.filter((check) => check.outcome === 'failed');
  if (first === undefined) return 'it could not be read.';
  const where = others.find((check) => check.name === 'integrity');
  return where === undefined ? first.detail : `${first.detail} ${where.detail}`;
}

function goodNews(tables: TableRows[], manifest: Manifest | undefined, checks: Check[]): string {
  if (manifest?.database === null) return 'Valid: the list of contents is as in the manifest.';
  const size = `${countInWords(tables.length, 'table')}, ${countInWords(totalRows(tables), 'row')}`;
  const compared = manifest
    ? `Valid: ${size}, all as in the manifest.`
    : `Valid: ${size}. There was no manifest to compare with.`;
  return [compared, ...checks.filter((check) => check.outcome === 'warning').map((check) => check.detail)].join(' ');
}
