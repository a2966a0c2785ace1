import { expect, test } from 'vitest';
import { z } from 'zod';
import { onFirstUse } from '../../tools/build/on-first-use.ts';
import { deferSchemas } from '../../tools/build/schemas-on-first-use.ts';

/** What zod calls with each schema that it has built. */
interface Config {
  postProcessor?: ((schema: unknown) => void) | undefined;
}

test('loading the contract builds hardly any schema, and asking for one builds what it needs', async () => {
  let built = 0;
  const config: Config = z.config();
  config.postProcessor = () => {
    built += 1;
  };
  try {
    const { methods } = await import('../../src-shared/contract/methods.ts');
    const whileLoading = built;
    expect(whileLoading).toBeLessThan(120);
    expect(methods['plans.list'].params.safeParse({ planIds: ['x'] }).success).toBe(false);
    expect(built).toBeGreaterThan(whileLoading);
    expect(built).toBeLessThan(whileLoading + 20);
  } finally {
    config.postProcessor = undefined;
  }
});

test('what is made while a module is loaded is deferred, on the same lines, and nothing else', () => {
  const code = [
    "import { z } from 'zod';",
    'export const Size = z.number().int().min(Math.max(0, 1));',
    'const both = { a: z.object({ size: Size }), b: { c: [z.array(Size)] } };',
    'export const wrapped = (schema) => z.codec(z.string(), schema, {});',
    'class Reader { read(value) { return z.string().parse(value); } }',
    'function later() { return z.string(); }',
    'const most = Math.max(1, 2);',
  ];
  const deferred = deferSchemas(code.join('\n')).split('\n');
  expect(deferred).toEqual([
    expect.stringMatching(/^import \{ onFirstUse \} from ".*on-first-use\.ts"; import \{ z \} from 'zod';$/),
    'export const Size = onFirstUse(() => z.number().int().min(Math.max(0, 1)));',
    'const both = { a: onFirstUse(() => z.object({ size: Size })), b: { c: [onFirstUse(() => z.array(Size))] } };',
    ...code.slice(3),
  ]);
  expect(deferSchemas('const most = Math.max(1, 2);')).toBe('const most = Math.max(1, 2);');
});

test('a stand-in does all that its schema does, and builds it once', () => {
  let built = 0;
  const make = () => {
    built += 1;
    return z.object({ kind: z.literal('one'), count: z.number().int().default(1) });
  };
  const direct = make();
  const One = onFirstUse(make);
  expect(built).toBe(1);
  const Other = onFirstUse(() => z.object({ kind: z.literal('other') }));
  const Either = z.discriminatedUnion('kind', [One, Other]);
  expect(Either.parse({ kind: 'one' })).toEqual({ kind: 'one', count: 1 });
  expect(Either.safeParse({ kind: 'third' }).success).toBe(false);
  expect(One).toBeInstanceOf(z.ZodObject);
  expect('shape' in One).toBe(true);
  expect(One.nullable().parse(null)).toBeNull();
  expect(One.pick({ count: true }).parse({})).toEqual({ count: 1 });
  expect(One.extend({ name: z.string() }).parse({ kind: 'one', name: 'x' })).toEqual({
    kind: 'one',
    count: 1,
    name: 'x',
  });
  expect(z.object({ ...One.shape, kind: z.string() }).parse({ kind: 'any' })).toEqual({ kind: 'any', count: 1 });
  expect(z.encode(z.array(One), [{ kind: 'one', count: 2 }])).toEqual([{ kind: 'one', count: 2 }]);
  expect(z.toJSONSchema(z.object({ one: One }))).toEqual(z.toJSONSchema(z.object({ one: direct })));
  expect(built).toBe(2);
});
