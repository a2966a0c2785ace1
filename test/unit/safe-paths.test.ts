import { expect, test } from 'vitest';
import { isSafePath } from '../../src-main/core/engine/attached-files/folder/folder-index.ts';

test.each(['', 'a', 'a/b', '.hidden', 'a/..b', 'a/b.', '...'])('%j stays within its folder', (path) => {
  expect(isSafePath(path)).toBe(true);
});

test.each(['.', '..', './a', 'a/.', 'a/./b', 'a/../b', '../a', '/a', 'a//b', 'a/', 'a\0b'])('%j is refused', (path) => {
  expect(isSafePath(path)).toBe(false);
});
