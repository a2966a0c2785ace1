import { expect, test } from 'vitest';
import { newAttachedFile } from '../../../src-renderer/features/attached-files/attached-file-draft.ts';
import {
  emptyForm,
  incompleteFields,
  isComplete,
  newPlanOf,
  planErrors,
  planFieldsOf,
  planFormOf,
  planNameOf,
  withDraft,
} from '../../../src-renderer/features/plan-form/plan-form.ts';
import {
  exampleName,
  NO_PROGRAM,
  programOf,
  programProblems,
} from '../../../src-renderer/features/plan-form/program-draft.ts';
import { Plan, PlanInput } from '../../../src-shared/model/plan.ts';
import { draftOf } from '../../../src-shared/third-party/template-drafts.ts';
import { builtInTemplate } from '../../../src-shared/third-party/templates/built-in.ts';

const paths = {
  join: (folder: string, name: string) => `${folder}/${name}`,
  dirname: (path: string) => path.slice(0, path.lastIndexOf('/')),
};

function draft(id: string, part: number, sourcePath: string | null) {
  const template = builtInTemplate(id);
  const found = template?.parts[part];
  if (template === undefined || found === undefined) throw new Error(`${id} has no such part.`);
  return draftOf(template, found, { sourcePath, destination: '/mnt/nas' }, paths);
}

test('a template fills in all of the form, and all of it gets into the plan', () => {
  const form = withDraft(emptyForm(), draft('soundbox', 0, '/opt/soundbox/soundbox.db'));
  const plan = newPlanOf(form, planNameOf(form, 'other'), [], false);
  expect(plan).toMatchObject({
    name: 'soundbox',
    sourceKind: 'database',
    sourcePath: '/opt/soundbox/soundbox.db',
    destinations: [{ path: '/mnt/nas' }],
    attachedFiles: [{ name: 'generated', path: '/opt/soundbox/generated', kind: 'folder' }],
    compression: 'none',
    group: null,
  });
  expect(PlanInput.safeParse(plan).success).toBe(true);
  const portunus = newPlanOf(withDraft(emptyForm(), draft('portunus', 0, '/a/state.db')), 'p', [], false);
  expect(portunus).toMatchObject({ lockFiles: ['state.db.lock'], namePattern: 'portunus-state-{utc}' });
  expect(portunus.schemaVersion?.sql).toMatch(/schema_migrations/);
});

test('a part without a database becomes a plan of files, without what only a database has', () => {
  const vault = withDraft(emptyForm(), draft('pisovereign', 2, '/opt/vault/data'));
  const plan = newPlanOf(
    { ...vault, method: 'dump', program: { ...vault.program, lockFiles: 'x.lock' } },
    'v',
    [],
    true,
  );
  expect(plan).toMatchObject({
    sourceKind: 'files',
    sourcePath: '/opt/vault/data',
    method: 'online',
    lockFiles: [],
    group: 'PiSovereign',
    destinations: [{ path: '/mnt/nas/vault' }],
  });
  expect(plan).not.toHaveProperty('key');
});

test('what a template does not know stays as it is', () => {
  const typed = { ...emptyForm(), sourcePath: '/mine.db', folder: '/backups' };
  const filled = withDraft(typed, { ...draft('hone', 0, null), destinationPath: null });
  expect(filled).toMatchObject({ sourcePath: '/mine.db', folder: '/backups', name: 'hone' });
});

test('a key goes with a database that is encrypted, and with no other', () => {
  const form = { ...emptyForm(), sourcePath: '/a.db', folder: '/b', key: { environment: 'HONE_DB_KEY' } };
  expect(newPlanOf(form, 'a', [], true).key).toEqual({ environment: 'HONE_DB_KEY' });
  expect(newPlanOf(form, 'a', [], false)).not.toHaveProperty('key');
});

test('a plan of files is complete with one of them, a name and a place', () => {
  const files = { ...emptyForm(), sourceKind: 'files' as const, folder: '/b' };
  expect(planNameOf(files, 'x')).toBe('');
  expect(isComplete(files, 'photos', [])).toBe(false);
  const one = { ...files, attachedFiles: [{ ...newAttachedFile('folder'), name: 'photos', path: '/home/you/Photos' }] };
  expect(planNameOf(one, 'x')).toBe('Photos');
  expect(isComplete(one, 'photos', [])).toBe(true);
  expect(isComplete({ ...one, folder: ' ' }, 'photos', [])).toBe(false);
  expect(isComplete({ ...one, program: { ...NO_PROGRAM, namePattern: '{plan}' } }, 'photos', [])).toBe(false);
});

test('the name of a snapshot is shown as it would be', () => {
  const named = {
    planName: 'Sound Box',
    compression: 'gz',
    method: 'online',
    encrypted: false,
    timeZone: 'UTC',
  } as const;
  const at = new Date('2026-11-21T14:00:00Z');
  expect(exampleName('{plan}-{date}-{time}-{id}', at, { ...named, sourceKind: 'database' })).toBe(
    'Sound-Box-2026-11-21-140000-k3f9qa.db.gz',
  );
  expect(exampleName('{plan}-{utc}', at, { ...named, sourceKind: 'database', method: 'dump', encrypted: true })).toBe(
    'Sound-Box-2026-11-21T14-00-00Z.sql.gz.age',
  );
  expect(exampleName('a-{date}', at, { ...named, sourceKind: 'files' })).toBe('a-2026-11-21.files.json');
  expect(exampleName('{nothing}', at, { ...named, sourceKind: 'files' })).toBeNull();
});

test('lock files are names, one in each line', () => {
  const program = { ...NO_PROGRAM, schemaSql: '  ', lockFiles: ' a.lock \n\nb.lock' };
  expect(programOf(program)).toMatchObject({ schemaVersion: null, lockFiles: ['a.lock', 'b.lock'] });
  expect(programProblems(program)).toEqual({ blocked: false });
  expect(programProblems({ ...program, lockFiles: '../a' })).toMatchObject({ blocked: true });
});

const plan = (change: Partial<Plan>): Plan =>
  Plan.parse({
    ...PlanInput.parse({ name: 'shop', sourcePath: '/srv/shop.db', destinations: [{ path: '/backups' }] }),
    ...{ id: crypto.randomUUID(), paused: null, key: null, createdAt: AT, updatedAt: AT },
    destinations: [{ destinationId: crypto.randomUUID(), retention: null }],
    ...change,
  });
const AT = '2026-11-27T12:00:00.000Z';

test.each<[string, Partial<Plan>]>([
  ['of a database', {}],
  [
    'with all settings',
    {
      ...{
        group: 'Shop',
        tags: ['home', 'work'],
        sameInstant: true,
        timeLimitMinutes: 90,
        method: 'compact',
        compression: 'zst',
        timeZone: 'UTC',
      },
      attachedFiles: [{ name: 'photos', kind: 'folder', path: '/srv/photos', exclude: ['*.tmp', 'cache/'] }],
      encryption: { kind: 'recipients', recipients: ['age1abc', 'age1def'] },
      schemaVersion: { sql: 'SELECT 1' },
      lockFiles: ['a.lock', 'b.lock'],
      verifyAfterBackup: false,
      schedule: { kind: 'weekly', days: [1, 5], time: '03:30' },
      restoreTest: {
        schedule: { kind: 'manual' },
        withinDays: 30,
        checks: [{ name: 'n', sql: 's', operator: '=', value: '1' }],
      },
    },
  ],
  ['encrypted with a passphrase', { encryption: { kind: 'passphrase' } }],
])('the form of a plan %s says what the plan says', (_what, change) => {
  const given = plan(change);
  const { encryptionSecrets, ...fields } = planFieldsOf(planFormOf(given));
  expect(encryptionSecrets).toBeUndefined();
  expect(given).toMatchObject(fields);
  expect(incompleteFields(planFormOf(given)).size).toBe(0);
  expect(planErrors(planFormOf(given))).toEqual({});
});

test('what is wrong is said at its field, and names what cannot be saved', () => {
  const form = {
    ...planFormOf(plan({ encryption: { kind: 'passphrase' } })),
    name: ' ',
    attachedFiles: [{ ...newAttachedFile('file'), path: '/a', name: 'db' }],
    encryption: { ...emptyForm().encryption, kind: 'passphrase' as const, passphrase: 'short' },
    program: { ...NO_PROGRAM, namePattern: '{when}', lockFiles: '../x' },
    others: [],
  };
  expect(Object.keys(planErrors(form)).sort()).toEqual([
    'attachedFiles.0.name',
    'encryption.passphrase',
    'program.lockFiles',
    'program.namePattern',
  ]);
  expect([...incompleteFields(form)].sort()).toEqual([
    'attachedFiles',
    'destinations',
    'encryption',
    'name',
    'namePattern',
  ]);
});
