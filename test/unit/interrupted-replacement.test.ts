import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FoundExchange, isComplete, movesBack } from '../../src-shared/rules/restore/interrupted-replacement.ts';

describe('whether all is done, or all is taken back, tells the last step alone', () => {
  test.each([
    [{ kind: 'all files' }, true],
    [{ kind: 'not begun' }, false],
    [{ kind: 'unreadable' }, false],
    [{ kind: 'in place', schemaVersion: { before: 7, now: 7 }, pages: { previous: 0, arriving: 0 } }, false],
    [{ kind: 'in place', schemaVersion: { before: 7, now: 8 }, pages: { previous: 0, arriving: 16 } }, true],
    // Written to by a program since; and nothing differed but the header.
    [{ kind: 'in place', schemaVersion: { before: 7, now: 8 }, pages: { previous: 0, arriving: 1 } }, true],
    [{ kind: 'in place', schemaVersion: { before: -1, now: 0 }, pages: { previous: 0, arriving: 0 } }, true],
    // A program has changed the schema of what was not replaced, or of what was.
    [{ kind: 'in place', schemaVersion: { before: 7, now: 8 }, pages: { previous: 12, arriving: 0 } }, false],
    [{ kind: 'in place', schemaVersion: { before: 7, now: 9 }, pages: { previous: 0, arriving: 12 } }, true],
    [{ kind: 'by rename', target: 'arrived', stagedRemains: false }, true],
    // Linked, and its first name not removed yet.
    [{ kind: 'by rename', target: 'arrived', stagedRemains: true }, true],
    [{ kind: 'by rename', target: 'previous', stagedRemains: true }, false],
    // It failed and had cleaned up.
    [{ kind: 'by rename', target: 'previous', stagedRemains: false }, false],
    [{ kind: 'by rename', target: 'other', stagedRemains: true }, false],
    [{ kind: 'by rename', target: 'other', stagedRemains: false }, true],
    [{ kind: 'by removal', remains: true }, false],
    [{ kind: 'by removal', remains: false }, true],
  ] as const)('%j: %s', (step, complete) => {
    expect(isComplete(step)).toBe(complete);
  });
});

/** What is at the three paths of an exchange. */
interface Places {
  target: string | null;
  aside: string | null;
  origin: string | null;
}

const RENAMES: ReadonlyArray<readonly [from: keyof Places, to: keyof Places]> = [
  ['target', 'aside'],
  ['origin', 'target'],
];

function move(places: Places, from: keyof Places, to: keyof Places): void {
  if (places[from] === null) return;
  expect(places[to]).toBeNull();
  places[to] = places[from];
  places[from] = null;
}

const found = ({ target, aside, origin }: Places): FoundExchange => ({
  target: target === null ? 'nothing' : target === 'new' ? 'arrived' : 'other',
  hasPrevious: aside !== null,
  originIsTaken: origin !== null,
});

/** @param most moves before it is interrupted */
function takeBack(places: Places, most = Number.POSITIVE_INFINITY): void {
  for (const back of (movesBack(found(places)) ?? []).slice(0, most))
    if (back === 'new content to its origin') move(places, 'target', 'origin');
    else move(places, 'aside', 'target');
}

const previous = fc.constantFrom('old', null);
const arriving = fc.constantFrom('new', null);

test('an exchange is taken back from wherever it and its taking back were interrupted', () => {
  const property = (old: string | null, fresh: string | null, done: number, most: number): void => {
    const places: Places = { target: old, aside: null, origin: fresh };
    for (const [from, to] of RENAMES.slice(0, done)) move(places, from, to);
    takeBack(places, most);
    takeBack(places);
    expect(places).toEqual({ target: old, aside: null, origin: fresh });
    expect(movesBack(found(places))).toEqual([]);
  };
  fc.assert(fc.property(previous, arriving, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }), property));
});

test('what somebody else has put there is never moved', () => {
  const property = (aside: string | null, origin: string | null): void => {
    const moves = movesBack(found({ target: 'of somebody else', aside, origin }));
    expect(moves).toEqual(aside === null ? [] : null);
  };
  fc.assert(fc.property(previous, arriving, property));
});
