import { describe, expect, test } from 'vitest';
import { RunKind, type RunPhase } from '../../src-shared/model/run.ts';
import { runShare, timeLeftOf } from '../../src-shared/rules/run-share.ts';

const shareOf = (kind: RunKind, phase: RunPhase, done: number, total: number | null): number | null =>
  runShare({ kind, progress: { phase, done, total, rate: null } });

describe('one bar over all phases', () => {
  test('a backup fills it from phase to phase and never goes back', () => {
    const phases = ['copying', 'reading', 'compressing', 'storing', 'uploading', 'verifying', 'checking'] as const;
    const shares = phases.flatMap((phase) => [0, 50, 100].map((done) => shareOf('backup', phase, done, 100)));
    expect(shares).toEqual(shares.toSorted((a, b) => Number(a) - Number(b)));
    expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
    expect(shares[1]).toBeGreaterThan(0);
  });

  test('a phase whose end is unknown stands at its begin; a run whose phases are unknown shows that of its phase', () => {
    expect(shareOf('backup', 'reading', 7, null)).toBe(shareOf('backup', 'copying', 1, 1));
    expect(shareOf('prune', 'removing', 1, 4)).toBe(0.25);
    expect(shareOf('find', 'finding', 100, null)).toBeNull();
    expect(shareOf('backup', 'waiting', 0, null)).toBeNull();
  });

  test.each(RunKind.options)('%s: no share is below 0 or above 1', (kind) => {
    for (const done of [0, 5, 20])
      for (const phase of ['copying', 'verifying', 'replacing', 'done'] as const) {
        const share = shareOf(kind, phase, done, 10) ?? 0;
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
  });
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
