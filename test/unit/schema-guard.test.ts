import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, guardRestore, type SchemaState } from '../../src-shared/rules/restore/schema-guard.ts';

const state = (more: Partial<SchemaState> = {}): SchemaState => ({
  schemaVersion: null,
  userVersion: 0,
  applicationId: 0,
  schemaHash: 'a',
  ...more,
});

describe('versions', () => {
  test.each([
    ['9', '10'],
    ['-1', '0'],
    ['20231231235959', '20240115143022'],
    ['99999999999999999998', '99999999999999999999'],
    ['0009_users', '0010_roles'],
    ['1.9.2', '1.10.0'],
    ['v2', 'v12'],
  ])('%s comes before %s', (one, other) => {
    expect(compareVersions(one, other)).toBeLessThan(0);
    expect(compareVersions(other, one)).toBeGreaterThan(0);
  });

  test('that are the same are, and whole numbers are in their order', () => {
    expect(compareVersions(' 12 ', '12')).toBe(0);
    expect(compareVersions('007', '7')).toBe(0);
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
        fc.bigInt({ min: 0n, max: 10n ** 25n }),
        (a, b) => {
          const order = a < b ? -1 : a > b ? 1 : 0;
          expect(Math.sign(compareVersions(String(a), String(b)))).toBe(order);
        },
      ),
    );
  });
});

describe('the guard', () => {
  test.each([
    ['15', '12', 'newer', /newer.*15.*12/],
    ['12', '15', 'older', /migrate it from 12 to 15/],
    ['12', '12', 'same', /same version/],
  ])('compares the answers %s and %s: %s', (mine, theirs, expected, message) => {
    // What user_version says no longer counts.
    const snapshot = state({ schemaVersion: mine, userVersion: 1 });
    const live = state({ schemaVersion: theirs, userVersion: 9 });
    expect(guardRestore({ snapshot, live, expects: null })).toMatchObject({
      state: expected,
      message: expect.stringMatching(message),
      warning: null,
    });
  });

  test('goes by user_version where one of the answers is missing', () => {
    const snapshot = state({ schemaVersion: '15', userVersion: 3 });
    expect(guardRestore({ snapshot, live: state({ userVersion: 4 }), expects: null }).state).toBe('older');
    expect(guardRestore({ snapshot, live: state({ userVersion: 2 }), expects: null }).state).toBe('newer');
    const differs = guardRestore({ snapshot, live: state({ userVersion: 3, schemaHash: 'b' }), expects: null });
    expect(differs).toMatchObject({ state: 'same', message: expect.stringMatching(/schemas differ/) });
  });

  test('knows nothing where no version is kept and the schemas differ', () => {
    expect(guardRestore({ snapshot: state(), live: state(), expects: null }).state).toBe('same');
    expect(guardRestore({ snapshot: state(), live: state({ schemaHash: 'b' }), expects: null }).state).toBe('unknown');
    expect(guardRestore({ snapshot: state(), live: null, expects: null }).state).toBe('unknown');
  });

  test('holds against the program too, and the worst of both counts', () => {
    const snapshot = state({ userVersion: 5 });
    expect(guardRestore({ snapshot, live: null, expects: '4' }).state).toBe('newer');
    expect(guardRestore({ snapshot, live: null, expects: '6' }).state).toBe('older');
    expect(guardRestore({ snapshot, live: state({ userVersion: 5 }), expects: '4' }).state).toBe('newer');
    expect(guardRestore({ snapshot, live: state({ userVersion: 4 }), expects: '6' }).state).toBe('newer');
    const answered = { snapshot: state({ userVersion: 5, schemaVersion: '0012' }), live: null };
    expect(guardRestore({ ...answered, expects: '0012' }).state).toBe('same');
  });

  test('warns of a database of another program', () => {
    const answer = guardRestore({ snapshot: state({ applicationId: 7 }), live: state(), expects: null });
    expect(answer.warning).toMatch(/another program.*7.*0/);
  });
});
