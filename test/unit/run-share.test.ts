import { describe, expect, test } from 'vitest';
import { RunKind, type RunPhase, RunPhase as RunPhases } from '../../src-shared/model/run.ts';
import { progressUnit, runShare, timeLeftOf } from '../../src-shared/rules/run-share.ts';
import { amountInWords, rateInWords } from '../../src-shared/words/run-words.ts';

const at = (kind: RunKind, phase: RunPhase, done = 0, total: number | null = null, rate: number | null = null) => ({
  kind,
  progress: { phase, done, total, rate },
});

/** The phases of each kind of run as they happen, those of several databases or files included. */
const PHASES: Record<RunKind, RunPhase[]> = {
  backup: ['copying', 'reading', 'compressing', 'storing', 'uploading', 'verifying', 'checking'],
  capture: ['copying', 'reading', 'uploading'],
  export: ['copying', 'reading', 'compressing'],
  copy: ['fetching', 'uploading'],
  restoreTest: ['fetching', 'verifying', 'checking'],
  verify: ['fetching', 'verifying', 'checking'],
  'restore-check': ['fetching', 'verifying', 'checking', 'staging', 'comparing'],
  restore: ['staging', 'checking', 'comparing', 'safety-snapshot', 'replacing', 'confirming'],
  undo: ['verifying', 'safety-snapshot', 'replacing', 'confirming'],
  databaseDeletion: ['safety-snapshot', 'removing'],
  prune: ['removing'],
  pruneHistory: ['fetching', 'uploading'],
  delete: ['removing'],
  putBack: ['checking'],
  scan: ['scanning'],
  cleanup: [],
  import: ['finding', 'importing'],
  find: ['finding'],
  findRows: ['searching', 'comparing'],
  browse: ['fetching', 'verifying'],
  compare: ['verifying', 'comparing'],
  'put-back-check': ['fetching', 'verifying', 'copying', 'comparing'],
  putBackRows: ['fetching', 'verifying', 'safety-snapshot', 'comparing', 'replacing'],
};

describe('one bar over all phases', () => {
  test.each(RunKind.options)('%s: it rises from phase to phase, and is full only with the last', (kind) => {
    const phases = PHASES[kind];
    const shares = phases.flatMap((phase) => [0, 50, 100].map((done) => runShare(at(kind, phase, done, 100)) ?? -1));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    if (phases.length > 0) expect(new Set(shares).size).toBeGreaterThan(phases.length);
    for (const share of shares) expect(share).toBeGreaterThanOrEqual(0);
    for (const share of shares.slice(0, -3)) expect(share).toBeLessThan(1);
    for (const phase of phases.slice(0, -1)) expect(runShare(at(kind, phase))).toBeLessThan(1);
    for (const phase of RunPhases.options) {
      const share = runShare(at(kind, phase, 20, 10)) ?? 0;
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(runShare(at(kind, 'done'))).toBe(1);
  });

  test('a phase whose end is unknown stands at its begin; a run of one such phase has no share', () => {
    expect(runShare(at('backup', 'reading', 7))).toBe(runShare(at('backup', 'copying', 1, 1)));
    expect(runShare(at('prune', 'removing', 1, 4))).toBe(0.25);
    expect(runShare(at('find', 'finding', 100))).toBeNull();
    expect(runShare(at('backup', 'waiting'))).toBeNull();
  });
});

test('progress is counted in what each kind of run counts', () => {
  expect(amountInWords(at('import', 'importing', 3, 12))).toBe('3 of 12 files');
  expect(amountInWords(at('prune', 'removing', 1, 4))).toBe('1 of 4 snapshots');
  expect(amountInWords(at('putBackRows', 'replacing', 1200, 2000))).toBe('1,200 of 2,000 rows');
  expect(amountInWords(at('compare', 'comparing', 1, 2))).toBe('1 of 2 tables');
  expect(amountInWords(at('find', 'finding', 1))).toBe('1 file');
  expect(amountInWords(at('backup', 'copying', 4_000_000, 8_000_000))).toBe('4.0 MB of 8.0 MB');
  expect(amountInWords(at('compare', 'verifying', 500, 2000))).toBe('');
  expect(amountInWords(at('backup', 'reading'))).toBe('');
  expect(rateInWords(at('backup', 'copying', 1, 9, 2_000_000))).toBe('2.0 MB/s');
  expect(rateInWords(at('prune', 'removing', 1, 4, 2))).toBe('');
  expect(progressUnit(at('backup', 'waiting'))).toBeNull();
});

test('the time left is that of the whole run, once enough of it has passed', () => {
  expect(timeLeftOf(0.25, 10_000)).toBe(30_000);
  expect(timeLeftOf(1, 10_000)).toBe(0);
  for (const [share, elapsed] of [
    [0.5, 100],
    [0.01, 60_000],
    [null, 60_000],
  ] as const)
    expect(timeLeftOf(share, elapsed)).toBeNull();
});
