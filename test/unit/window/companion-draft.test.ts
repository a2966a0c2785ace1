import { expect, test } from 'vitest';
import {
  companionDraftsOf,
  companionProblems,
  companionsOf,
  followTemplate,
  newCompanion,
  withPath,
} from '../../../src-renderer/features/companions/companion-draft.ts';
import type { Companion } from '../../../src-shared/model/companion.ts';

const folder = (name: string, path: string, exclude: string[] = []): Companion => ({
  name,
  path,
  kind: 'folder',
  exclude,
});

test('a name follows its path until somebody types one, and is told from the others', () => {
  const [other] = companionDraftsOf([folder('uploads', '/srv/a/uploads')]);
  if (other === undefined) throw new Error('There is one.');
  const first = withPath(newCompanion('folder'), '/srv/b/uploads', [other]);
  expect(first).toMatchObject({ path: '/srv/b/uploads', name: 'uploads-2' });
  expect(withPath(first, '/srv/My Photos', [other]).name).toBe('My-Photos');
  expect(withPath({ ...first, name: 'mine', named: true }, '/srv/c', [other]).name).toBe('mine');
  expect(withPath(first, ' ', [other]).name).toBe('');
});

test('what goes in comes out, and only folders leave something out', () => {
  const companions = [folder('uploads', '/srv/uploads', ['cache/', '*.tmp'])];
  expect(companionsOf(companionDraftsOf(companions))).toEqual(companions);
  const file = { ...newCompanion('file'), name: ' env ', path: ' /etc/app/env ', exclude: 'cache/' };
  expect(companionsOf([file])).toEqual([{ name: 'env', path: '/etc/app/env', kind: 'file', exclude: [] }]);
});

test('what is wrong is told beside the field, and what is missing only blocks', () => {
  const draft = (name: string, path = '/srv/x') => ({ ...newCompanion('folder'), name, path });
  expect(companionProblems([draft('a'), draft('')])).toEqual([{ blocked: false }, { blocked: true }]);
  expect(companionProblems([draft('a', '')])).toEqual([{ blocked: true }]);
  expect(companionProblems([draft('a'), draft('A')]).map(({ name }) => name)).toEqual([
    'Another one has this name.',
    'Another one has this name.',
  ]);
  expect(companionProblems([draft('latest')])[0]?.name).toMatch(/^“latest” has a meaning/);
  expect(companionProblems([draft('a.b')])[0]?.name).toMatch(/^Letters, digits/);
});

test('another source exchanges what the template brought and keeps what was added', () => {
  const before = [folder('generated', '/opt/a/generated')];
  const added = { ...newCompanion('file'), name: 'env', path: '/etc/env' };
  const drafts = [...companionDraftsOf(before), added];
  const after = [folder('generated', '/opt/b/generated')];
  expect(companionsOf(followTemplate(drafts, before, after)).map(({ path }) => path)).toEqual([
    '/opt/b/generated',
    '/etc/env',
  ]);
  const changed = [
    { ...drafts[0], name: 'generated', path: '/mine', exclude: '', key: 'x', kind: 'folder', named: true } as const,
  ];
  expect(companionsOf(followTemplate(changed, before, after)).map(({ path }) => path)).toEqual(['/mine']);
});
