import { expect, test } from 'vitest';
import {
  fillForm,
  losesRows,
  type RestoreForm,
  reviewWords,
} from '../../../src-renderer/features/restore/restore-form.ts';
import type { Described } from '../../../src-renderer/features/restore/use-described.ts';
import type { RestoreCheck } from '../../../src-shared/model/restore/restore.ts';
import type { FilesCheck } from '../../../src-shared/model/restore/restore-files.ts';

const source = { snapshotId: '00000000-0000-4000-8000-000000000001' };
const FORM: RestoreForm = {
  source,
  day: '',
  what: null,
  attachedFile: null,
  parts: [],
  where: null,
  path: '',
  isPathChecked: false,
};
const DESCRIBED: Described = {
  name: 'app',
  path: null,
  stored: [],
  message: '',
  restorable: true,
  planId: null,
  planName: null,
  createdAt: null,
  sizeBytes: 1,
  imageBytes: null,
  tables: null,
  verification: null,
  suggestedTarget: '/data/app.db',
  origin: 'own',
  attachedFiles: [],
  sourceKind: 'database',
};

test('the original path is filled in, and another path has to be entered', () => {
  expect(fillForm(FORM, DESCRIBED)).toMatchObject({
    isElsewhere: false,
    order: { source, targetPath: '/data/app.db', to: '' },
  });
  expect(fillForm({ ...FORM, where: 'other' }, DESCRIBED).order).toBeNull();
  expect(fillForm({ ...FORM, where: 'other', path: ' /tmp/x.db ' }, DESCRIBED).order).toMatchObject({
    targetPath: '/tmp/x.db',
  });
  const bare = { ...DESCRIBED, suggestedTarget: null };
  expect(fillForm(FORM, bare)).toMatchObject({ isElsewhere: true, order: null });
  expect(fillForm({ ...FORM, where: 'original', path: '/tmp/x.db' }, bare).order).toMatchObject({
    targetPath: '/tmp/x.db',
  });
});

test('the path of an imported manifest is restored to only when a person has checked it', () => {
  const imported = { ...DESCRIBED, origin: 'imported' } as const;
  expect(fillForm(FORM, imported)).toMatchObject({ asksToCheckPath: true, order: null });
  expect(fillForm({ ...FORM, isPathChecked: true }, imported).order).toMatchObject({ targetPath: '/data/app.db' });
  expect(fillForm({ ...FORM, where: 'other', path: '/tmp/x.db' }, imported)).toMatchObject({
    asksToCheckPath: false,
    order: { targetPath: '/tmp/x.db' },
  });
});

test('what cannot be restored has no order', () => {
  expect(fillForm(FORM, { ...DESCRIBED, restorable: false }).order).toBeNull();
  expect(fillForm(FORM, { ...DESCRIBED, sourceKind: 'files' }).order).toBeNull();
});

const check = (changes: Partial<Omit<RestoreCheck, 'target'>>, target: Partial<RestoreCheck['target']> = {}) =>
  ({
    rowsLost: 0,
    tables: [{ name: 'entries', now: 5, after: 9 }],
    ...changes,
    target: { name: 'app.db', exists: true, damage: null, changed: false, ...target },
  }) as RestoreCheck;

test('the name is typed only when rows would be lost, or may be', () => {
  expect(losesRows(check({}))).toBe(false);
  expect(reviewWords(check({}), null, 'x')).toEqual({
    word: null,
    title: 'Replace app.db with x?',
    button: 'Replace app.db',
  });
  expect(reviewWords(check({ rowsLost: 1 }), null, 'x').word).toBe('app.db');
  expect(losesRows(check({}, { changed: true }))).toBe(false);
  expect(losesRows(check({}, { damage: 'Not a database.' }))).toBe(true);
  expect(losesRows(check({ tables: [{ name: 'search', now: 'uncounted', after: 1 }] }))).toBe(true);
  expect(losesRows(check({ rowsLost: 3 }, { exists: false }))).toBe(false);
  const files = { targets: [{ targetPath: '/data/files', comparison: { onlyHere: 1 } }] } as FilesCheck;
  expect(reviewWords(check({}), files, 'x').word).toBe('app.db');
  expect(reviewWords(check({}, { exists: false }), files, 'x').word).toBe('files');
  expect(reviewWords(null, files, 'x').word).toBe('files');
});
