import { expect, test } from 'vitest';
import {
  choiceOf,
  choicesOf,
  filesToCheck,
  fileWord,
  replacesFiles,
  targetsOf,
  totalsOf,
} from '../../../src-renderer/features/restore/restore-choice.ts';
import type { SnapshotAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { FilesCheck, FilesTarget } from '../../../src-shared/model/restore/restore-files.ts';

const SNAPSHOT = { snapshotId: '00000000-0000-4000-8000-000000000001' };
const attachedFile = (name: string, rest: Partial<SnapshotAttachedFile> = {}): SnapshotAttachedFile => ({
  name,
  kind: 'folder',
  path: `/opt/${name}`,
  way: 'linked-folder',
  why: '',
  files: 3,
  bytes: 30,
  diskBytes: 30,
  whole: true,
  problems: [],
  ...rest,
});
const generated = attachedFile('generated');
const gone = attachedFile('gone', { files: 0, whole: false });

test('what can be chosen is what the snapshot holds', () => {
  const database = { sourceKind: 'database', attachedFiles: [generated, gone] } as const;
  expect(choicesOf(database)).toEqual(['everything', 'database', 'files', 'one']);
  expect(choiceOf({}, database)).toEqual({ what: 'everything', attachedFile: 'generated', parts: [] });
  expect(choiceOf({ what: 'one', attachedFile: 'gone', parts: ['a'] }, database)).toEqual({
    what: 'one',
    attachedFile: 'generated',
    parts: ['a'],
  });
  expect(choiceOf({ what: 'files' }, { ...database, attachedFiles: [] }).what).toBe('database');
  expect(choicesOf({ ...database, attachedFiles: [gone] })).toEqual(['database']);
  expect(choicesOf({ sourceKind: 'files', attachedFiles: [generated] })).toEqual(['files', 'one']);
  expect(choicesOf({ sourceKind: 'files', attachedFiles: [gone] })).toEqual([]);
});

test('the files of a choice are asked for as they were chosen', () => {
  const one = { what: 'one', attachedFile: 'generated', parts: ['a/b.wav'] } as const;
  expect(filesToCheck({ ...SNAPSHOT, destinationId: 'x' }, one, '/tmp/b.wav')).toEqual({
    what: 'files',
    ...SNAPSHOT,
    destinationId: 'x',
    attachedFile: 'generated',
    paths: ['a/b.wav'],
    to: '/tmp/b.wav',
  });
  expect(filesToCheck(SNAPSHOT, { ...one, what: 'everything' }, '/ignored')).toEqual({ what: 'files', ...SNAPSHOT });
  expect(filesToCheck(SNAPSHOT, { ...one, what: 'database' }, '')).toBeNull();
  expect(filesToCheck({ path: '/some.db' }, one, '')).toBeNull();
});

test('one thing can go elsewhere, several go back to where each came from', () => {
  const attachedFiles = [generated, gone, attachedFile('env', { kind: 'file', path: 'C:\\app\\env' })];
  const choice = { what: 'one', attachedFile: 'generated', parts: ['a/b.wav'] } as const;
  expect(targetsOf(attachedFiles, choice, '/opt/box.db')).toMatchObject({
    suggested: '/opt/generated/a/b.wav',
    together: [],
  });
  expect(targetsOf(attachedFiles, { ...choice, attachedFile: 'env', parts: ['x'] }, null).suggested).toBe(
    'C:\\app\\env\\x',
  );
  expect(targetsOf(attachedFiles, { ...choice, what: 'database' }, '/opt/box.db').suggested).toBe('/opt/box.db');
  expect(targetsOf(attachedFiles, { ...choice, what: 'everything' }, '/opt/box.db').together).toEqual([
    '/opt/box.db',
    '/opt/generated',
    'C:\\app\\env',
  ]);
  expect(targetsOf(attachedFiles, { ...choice, what: 'files' }, '/opt/box.db').together).toHaveLength(2);
  expect(targetsOf(attachedFiles, { ...choice, parts: ['a/b.wav', 'c'] }, null)).toMatchObject({
    suggested: null,
    together: ['/opt/generated/a/b.wav', '/opt/generated/c'],
  });
});

test('only what takes something away has to be typed', () => {
  const target = (
    counts: Partial<NonNullable<FilesTarget['comparison']>> | null,
    path = '/opt/generated/',
  ): FilesTarget => ({
    attachedFile: 'generated',
    part: '',
    targetPath: path,
    files: 3,
    bytes: 30,
    comparison: counts && { onlyHere: 0, onlyThere: 0, different: 0, same: 0, examples: [], ...counts },
    undoable: true,
    notes: [],
  });
  const check = (...targets: FilesTarget[]): FilesCheck => ({
    ...SNAPSHOT,
    snapshotName: 'box',
    createdAt: '2026-11-21T00:00:00.000Z',
    targets,
    confirmation: 'x',
  });
  const replaces = (...targets: FilesTarget[]) => replacesFiles(totalsOf(check(...targets)));
  expect(replaces(target({ onlyThere: 3, same: 2 }))).toBe(false);
  expect(replaces(target({ onlyHere: 1 }))).toBe(true);
  expect(replaces(target({ different: 1 }))).toBe(true);
  expect(replaces(target({}), target(null))).toBe(true);
  expect(totalsOf(check(target({ onlyHere: 1, different: 2 }), target({ onlyThere: 4, same: 5 })))).toEqual({
    files: 6,
    bytes: 60,
    back: 4,
    replaced: 2,
    gone: 1,
    same: 5,
    images: 0,
  });
  expect(fileWord(check(target({})))).toBe('generated');
  expect(fileWord(check(target({}), target({})))).toBe('files');
});
