import { expect, test } from 'vitest';
import { threeTwoOne } from '../../src-shared/rules/state/three-two-one.ts';

type Kind = 'folder' | 's3' | 'sftp';
const plan = (kinds: readonly Kind[], { oneDisk = false, snapshotCount = 4 } = {}) => ({
  oneDisk,
  destinations: kinds.map((kind) => ({ kind, snapshotCount })),
});

test('the original counts as a copy, and its disk as a kind of storage', () => {
  expect(threeTwoOne([plan(['folder', 's3'])])).toEqual({ copies: 3, kinds: 3, withoutOffSite: 0, lacking: 0 });
  expect(threeTwoOne([plan(['sftp', 'sftp'])])).toEqual({ copies: 3, kinds: 2, withoutOffSite: 0, lacking: 0 });
  expect(threeTwoOne([plan(['folder'])])).toEqual({ copies: 2, kinds: 2, withoutOffSite: 1, lacking: 1 });
});

test('a folder on the disk of the source is no other kind of storage', () => {
  expect(threeTwoOne([plan(['folder', 'folder'], { oneDisk: true })])).toEqual({
    copies: 3,
    kinds: 1,
    withoutOffSite: 1,
    lacking: 1,
  });
});

test('the plan that is worst off decides; a destination that holds nothing is no copy', () => {
  const bare = plan(['folder', 's3'], { snapshotCount: 0 });
  expect(threeTwoOne([bare])).toBeNull();
  expect(threeTwoOne([])).toBeNull();
  expect(threeTwoOne([plan(['folder', 's3']), plan(['folder']), bare])).toEqual({
    copies: 2,
    kinds: 2,
    withoutOffSite: 1,
    lacking: 1,
  });
});
