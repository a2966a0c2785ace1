import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MethodName } from '../../src-shared/contract/methods.ts';
import { SQLCIPHER_DEFAULTS } from '../../src-shared/rules/sqlite/cipher-settings.ts';
import { NODE } from '../support/elsewhere.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';

/** What is used of a JSON Schema. */
interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  format?: string;
}

/** Texts by what they are for. All paths lie in the scene, all hosts on this machine. */
interface Texts {
  paths: string[];
  ids: string[];
  others: string[];
}

const OTHERS = [
  [
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\u001b[2J\u202e',
    '__proto__',
    'constructor',
    'x'.repeat(300),
    '-1',
    '9'.repeat(40),
  ],
  ['127.0.0.1', '::1', 'a b', 'http://[', 'http://127.0.0.1:1/', 'https://\0', 'age1', 'UTC', 'Etc/GMT+99', '24:00'],
  ['*/5 * * * *', '0 0 30 2 *', '02:00', '{id}', '{plan}-{date}', "'; DROP TABLE plans; --", '{"id":"x"}', 'SELECT 1'],
  ['[Timer]\nOnCalendar=*-*-* 0/1:00', '**/'.repeat(60), '(a+)+$', '2030-01-01T00:00:00.000Z', '0000-00-00T00:00:00Z'],
].flat();

const wrong = fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, 1e308, [], {}, ['x'], { x: 'y' }, ...OTHERS);
const numbers = fc.constantFrom(0, -0, 1, -1, 3, 22, 0.5, 100, 65_536, 2 ** 53, 1e308);

/** Values that mostly fit a schema, and hold what no person would type. */
function valuesOf(schema: Schema, texts: Texts, name = ''): fc.Arbitrary<unknown> {
  const fitting = fittingValues(schema, texts, name);
  return fc.oneof({ arbitrary: fitting, weight: 30 }, { arbitrary: wrong, weight: 1 });
}

function fittingValues(schema: Schema, texts: Texts, name: string): fc.Arbitrary<unknown> {
  const { anyOf, oneOf, properties = {}, required = [], additionalProperties: more, items = {} } = schema;
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((each) => valuesOf(each, texts, name)));
  if (schema.type === 'array') return fc.array(valuesOf(items, texts, name), { maxLength: 3 });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer' || schema.type === 'number') return numbers;
  if (schema.type === 'string') return fc.constantFrom(...textsFor(schema, texts, name));
  if (schema.type !== 'object') return wrong;
  if (typeof more === 'object')
    return fc.dictionary(fc.constantFrom(...OTHERS), valuesOf(more, texts, name), { maxKeys: 3 });
  const fields = Object.entries(properties).map(([field, of]) => [field, valuesOf(of, texts, field)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required });
}

function textsFor({ format }: Schema, { paths, ids, others }: Texts, name: string): string[] {
  if (format === 'uuid') return ids;
  return /path|source|folder|to$|file/i.test(name) ? paths : others;
}

async function textsOf({ folder, source, destination, core, plan }: Scene, snapshotId: string): Promise<Texts> {
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  symlinkSync('loop', join(folder, 'loop'));
  const odd = [
    'gone',
    'fifo',
    'loop',
    'a\0b',
    '\ud800',
    'n'.repeat(300),
    'n/'.repeat(1900),
    'app/app.db/x',
    '\u001b[2J',
  ];
  const [run] = await core.call('runs.list', {});
  return {
    paths: [source, destination, folder, '', 'relative', '../..', ...odd.map((each) => join(folder, each))],
    ids: [plan.id, plan.destinations[0]?.destinationId ?? '', snapshotId, run?.id ?? '', crypto.randomUUID(), 'no id'],
    others: OTHERS,
  };
}

const schemasOfParams = (): Record<string, Schema> =>
  JSON.parse(
    execFileSync(NODE, [resolve(import.meta.dirname, '../support/print-param-schemas.ts')], { encoding: 'utf8' }),
  );

/** They run programs or ask other machines, by what they were given. */
const noKeys = (given: unknown): boolean => !/"(environment|command|kind":"(s3|sftp))/.test(JSON.stringify(given));

test('whatever a method is given, the answer says what is wrong with it, and Snapkeep goes on', {
  timeout: 120_000,
}, async () => {
  const scene = await setScene();
  const { core } = scene;
  const texts = await textsOf(scene, (await takeBackup(scene)).id);
  for (const [method, schema] of Object.entries(schemasOfParams()) as Array<[MethodName, Schema]>) {
    const given = valuesOf(schema, texts).filter(noKeys);
    await fc.assert(
      fc.asyncProperty(given, async (params) => {
        const answer = await core.answer(method, params);
        expect(answer).not.toMatchObject({ error: { code: 'INTERNAL' } });
      }),
      // The same each time: what was found once is found again.
      { seed: 5, numRuns: 10, endOnFailure: true },
    );
  }
  for (const run of core.activeRuns()) await core.runEnded(run.id);
  for (const run of await core.call('runs.list', { limit: 500 })) expect(run.error?.code).not.toBe('INTERNAL');
  expect((await core.answer('app.info', {})).ok).toBe(true);
});

describe('a NUL is refused wherever it stands', () => {
  test.each<[MethodName, Record<string, unknown>]>([
    ['destinations.hostKey', { host: '127.0.0.1\0', port: 22 }],
    ['sources.describe', { path: '/a', key: { command: ['echo', '\0'] } }],
    ['sources.describe', { path: '/a', key: { value: 'key\0' } }],
    ['files.list', { path: '/a\0b' }],
    ['templates.apply', { templateId: 'hone', sources: { '\0': '/a' } }],
    ['secrets.set', { name: 'webhook-url', value: 'https://127.0.0.1/\0' }],
  ])('%s %j', async (method, params) => {
    const { core } = await setScene();
    expect(await core.answer(method, params)).toMatchObject({
      ok: false,
      error: { code: 'INVALID_PARAMS', message: expect.stringMatching(/NUL/), hint: expect.any(String) },
    });
  });
});

describe('custom settings that come with a key are taken as they are defined, and no others', () => {
  const good = { ...SQLCIPHER_DEFAULTS[4], plaintextHeaderSize: 32 };
  const salt = 'cd'.repeat(16);
  const keyed: Partial<Record<MethodName, (scene: Scene, key: object) => Record<string, unknown>>> = {
    'sources.describe': ({ source }, key) => ({ path: source, key }),
    'plans.update': ({ plan }, key) => ({ planId: plan.id, key }),
    'backups.start': ({ source, destination }, key) => ({ source, to: destination, key }),
    'verifications.start': ({ source }, key) => ({ path: source, key }),
    'restores.check': ({ source }, key) => ({ source: { path: source }, targetPath: `${source}-new`, key }),
    'databaseDeletions.preview': ({ source }, key) => ({ target: { path: source }, key }),
    'imports.describe': ({ destination }, key) => ({ path: destination, file: 'a.db', key }),
  };

  test.each(Object.entries(keyed))('%s', async (method, paramsOf) => {
    const scene = await setScene();
    const codeOf = async (key: object): Promise<string | undefined> => {
      const answer = await scene.core.answer(method as MethodName, paramsOf(scene, key));
      return answer.ok ? undefined : `${answer.error.code} ${answer.error.message}`;
    };
    const refused = `INVALID_PARAMS Invalid parameters for ${method}`;
    for (const key of [
      { value: 'k', settings: { ...good, pageSize: 1000 } },
      { value: 'k', settings: { ...good, kdfIterations: 0 } },
      { value: 'k', settings: { ...good, kdfIterations: 2 ** 31 } },
      { value: 'k', settings: { ...good, plaintextHeaderSize: 33 } },
      { value: 'k', settings: { ...good, hmacAlgorithm: 'md5' } },
      { value: 'k', settings: { ...good, cipher: 'chacha20' } },
      { value: 'k', settings: { ...good, more: 1 } },
      { value: 'k', settings: { cipher: 'sqlcipher' } },
      { value: 'k', salt: `${salt}00` },
      { value: 'k', salt: "'; PRAGMA key='x" },
    ])
      expect(await codeOf(key), JSON.stringify(key)).toContain(refused);
    // What fits is at most refused for another reason: the database is not encrypted.
    expect(String(await codeOf({ value: 'k', settings: good, salt }))).not.toMatch(/Invalid parameters|INTERNAL/);
  });
});
