import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import type { Check, CheckName, Verification } from '../../../src-shared/model/verification.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { type DatabaseFacts, totalRows } from './describe-database.ts';

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
    const valid = !this.failed && facts !== undefined;
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

/** The first trouble, and where the damage is if that is known. */
function badNews(checks: Check[]): string {
  const [first, ...others] = checks.filter((check) => check.outcome === 'failed');
  if (first === undefined) return 'it could not be read.';
  const where = others.find((check) => check.name === 'integrity');
  return where === undefined ? first.detail : `${first.detail} ${where.detail}`;
}

function goodNews(tables: TableRows[], manifest: Manifest | undefined, checks: Check[]): string {
  const size = `${countInWords(tables.length, 'table')}, ${countInWords(totalRows(tables), 'row')}`;
  const compared = manifest
    ? `Valid: ${size}, all as in the manifest.`
    : `Valid: ${size}. There was no manifest to compare with.`;
  return [compared, ...checks.filter((check) => check.outcome === 'warning').map((check) => check.detail)].join(' ');
}
