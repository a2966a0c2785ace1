import { expect, test } from 'vitest';
import {
  attachedFileDraftsOf,
  attachedFileProblems,
  attachedFilesOf,
  followTemplate,
  newAttachedFile,
  withPath,
} from '../../../src-renderer/features/attached-files/attached-file-draft.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';

const folder = (name: string, path: string, exclude: string[] = []): AttachedFile => ({
  name,
  path,
  kind: 'folder',
  exclude,
});

test('a name follows its path until somebody types one, and is told from the others', () => {
  const [other] = attachedFileDraftsOf([folder('uploads', '/srv/a/uploads')]);
  if (other === undefined) throw new Error('There is one.');
  const first = withPath(newAttachedFile('folder'), '/srv/b/uploads', [other]);
  expect(first).toMatchObject({ path: '/srv/b/uploads', name: 'uploads-2' });
  expect(withPath(first, '/srv/My Photos', [other]).name).toBe('My-Photos');
  expect(withPath({ ...first, name: 'mine', named: true }, '/srv/c', [other]).name).toBe('mine');
  expect(withPath(first, ' ', [other]).name).toBe('');
});

test('what goes in comes out, and only folders leave something out', () => {
  const attachedFiles = [folder('uploads', '/srv/uploads', ['cache/', '*.tmp'])];
  expect(attachedFilesOf(attachedFileDraftsOf(attachedFiles))).toEqual(attachedFiles);
  const file = { ...newAttachedFile('file'), name: ' env ', path: ' /etc/app/env ', exclude: 'cache/' };
  expect(attachedFilesOf([file])).toEqual([{ name: 'env', path: '/etc/app/env', kind: 'file', exclude: [] }]);
});

test('what is wrong is told beside the field, and what is missing only blocks', () => {
  const draft = (name: string, path = '/srv/x') => ({ ...newAttachedFile('folder'), name, path });
  expect(attachedFileProblems([draft('a'), draft('')])).toEqual([{ blocked: false }, { blocked: true }]);
  expect(attachedFileProblems([draft('a', '')])).toEqual([{ blocked: true }]);
  expect(attachedFileProblems([draft('a'), draft('A')]).map(({ name }) => name)).toEqual([
    'This name is already used.',
    'This name is already used.',
  ]);
  expect(attachedFileProblems([draft('latest')])[0]?.name).toMatch(/^“latest” is reserved/);
  expect(attachedFileProblems([draft('a.b')])[0]?.name).toMatch(/letters, digits/);
});

test('another source exchanges what the template brought and keeps what was added', () => {
  const before = [folder('generated', '/opt/a/generated')];
  const added = { ...newAttachedFile('file'), name: 'env', path: '/etc/env' };
  const drafts = [...attachedFileDraftsOf(before), added];
  const after = [folder('generated', '/opt/b/generated')];
  expect(attachedFilesOf(followTemplate(drafts, before, after)).map(({ path }) => path)).toEqual([
    '/opt/b/generated',
    '/etc/env',
  ]);
  const changed = [
    { ...drafts[0], name: 'generated', path: '/mine', exclude: '', key: 'x', kind: 'folder', named: true } as const,
  ];
  expect(attachedFilesOf(followTemplate(changed, before, after)).map(({ path }) => path)).toEqual(['/mine']);
});
