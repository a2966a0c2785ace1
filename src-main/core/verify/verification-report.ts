import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import type {
  Check,
  CheckedOn,
  CheckName,
  UncheckedPart,
  Verification,
} from '../../../src-shared/model/verification.ts';
import { uncheckedInWords } from '../../../src-shared/rules/sqlite/sqlite-findings.ts';
import { contentVerdict, repairsOf, storedVerdict } from '../../../src-shared/rules/verdicts.ts';
import { tablesInWords } from '../../../src-shared/words/table-rows.ts';
import type { DatabaseFacts } from '../engine/sqlite/describe-database.ts';

/** Why the checks of a database are skipped for a snapshot of files. */
export const NO_DATABASE = 'This is a snapshot of files; it contains no database.';

/** Why a check is skipped for a bare file. */
export const NO_MANIFEST = 'No manifest to compare with.';

/** Collects the checks and sums them up. */
export class VerificationReport {
  readonly checks: Check[] = [];
  readonly unchecked: UncheckedPart[] = [];
  readonly #on: CheckedOn;

  /** @param on what is checked */
  constructor(on: CheckedOn = 'copy') {
    this.#on = on;
  }

  get failed(): boolean {
    return this.checks.some((check) => check.outcome === 'failed');
  }

  add(name: CheckName, outcome: Check['outcome'], detail: string): void {
    this.checks.push({ name, outcome, on: this.#on, detail });
  }

  /** Adds checks that were made elsewhere. */
  take({ checks, unchecked }: Pick<VerificationReport, 'checks' | 'unchecked'>): void {
    this.checks.push(...checks);
    this.unchecked.push(...unchecked);
  }

  /**
   * Adds a check that found nothing bad in all that it could check.
   * @param passed what is said where it could check everything
   */
  addPartial(name: CheckName, unchecked: readonly UncheckedPart[], passed = 'ok'): void {
    if (unchecked.length === 0) this.add(name, 'passed', passed);
    else this.add(name, 'partial', `${passed}, except ${uncheckedInWords(unchecked)}`);
    this.unchecked.push(...unchecked);
  }

  conclude(
    started: Date,
    finished: Date,
    manifest: Manifest | undefined,
    facts: DatabaseFacts | undefined,
  ): Verification {
    const stored = storedVerdict(this.checks);
    const content = contentVerdict(this.checks, this.unchecked);
    const valid =
      stored !== 'different' && content !== 'damaged' && (facts !== undefined || manifest?.database === null);
    const tables = facts?.tables ?? [];
    return {
      valid,
      stored,
      content,
      unchecked: this.unchecked,
      level: valid && content !== 'repairable' ? this.#level() : 'none',
      at: finished.toISOString(),
      durationMs: Math.max(0, finished.getTime() - started.getTime()),
      message: valid ? this.#goodNews(tables, manifest) : `Not valid: ${this.#badNews()}`,
      tables,
      checks: this.checks,
    };
  }

  /** What was checked in the image alone was found in the copy by its hash. */
  #level(): 'read-back' | 'checked' {
    return this.checks.some(({ on }) => on === 'image') ? 'read-back' : 'checked';
  }

  #goodNews(tables: readonly TableRows[], manifest: Manifest | undefined): string {
    if (manifest?.database === null) return 'Verified: the list of contents matches the manifest.';
    const repairs = repairsOf(this.checks);
    if (repairs !== null) return `The copy is exact, but the database in it needs repair. ${repairs}`;
    const except = this.unchecked.length === 0 ? '' : `, except ${uncheckedInWords(this.unchecked)}`;
    const compared = manifest ? ', matching the manifest.' : '. No manifest to compare with.';
    const warnings = this.checks.filter(({ outcome }) => outcome === 'warning').map(({ detail }) => detail);
    return [`Verified${except}: ${tablesInWords(tables)}${compared}`, ...warnings].join(' ');
  }

  /** The first trouble, and where the damage is if that is known. */
  #badNews(): string {
    const [first, ...others] = this.checks.filter((check) => check.outcome === 'failed');
    if (first === undefined) return 'it could not be read.';
    const where = others.find((check) => check.name === 'integrity');
    return where === undefined ? first.detail : `${first.detail} ${where.detail}`;
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
  else if (found.bytes !== expected.bytes)
    report.add(name, 'failed', `The ${what} has ${found.bytes} bytes instead of ${expected.bytes}.`);
  else if (found.sha256 === expected.sha256) report.add(name, 'passed', `SHA-256 ${found.sha256}`);
  else report.add(name, 'failed', `The ${what} has changed since it was written.`);
}

/**
 * Returns what can be said of a snapshot whose stored bytes are right and that nobody here can open: its content stays
 * unknown.
 * @param sha256 of the stored file, which is the one in its manifest
 */
export function storedOnly(sha256: string, started: Date, finished: Date): Verification {
  return {
    valid: true,
    stored: 'same',
    content: 'unknown',
    unchecked: [],
    level: 'none',
    at: finished.toISOString(),
    durationMs: Math.max(0, finished.getTime() - started.getTime()),
    message:
      'The stored file is intact, but its content could not be verified: it is encrypted for recipients whose identity is unknown. Add the identity of one of them to the plan to verify the content.',
    tables: [],
    checks: [
      { name: 'stored-hash', outcome: 'passed', on: 'copy', detail: `SHA-256 ${sha256}` },
      {
        name: 'decompress',
        outcome: 'skipped',
        on: 'copy',
        detail: 'It is encrypted, and the identity that opens it is unknown.',
      },
    ],
  };
}
