import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { readDocComments } from './doc-comments.mjs';
import { escaped, table } from './markdown.mjs';

/** @typedef {import('zod').core.JSONSchema.BaseSchema} Schema */

const MODEL = new URL('../../src-shared/model/', import.meta.url);
const CONTRACT = new URL('../../src-shared/contract/', import.meta.url);
const modelFiles = readdirSync(MODEL, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort((a, b) => basename(a).localeCompare(basename(b)));

/** The name of every schema of the model. @type {Map<unknown, string>} */
const named = new Map();
/** @type {import('zod').core.$ZodRegistry<{ id?: string }>} */
const registry = z.registry();
for (const file of modelFiles) {
  for (const [name, value] of Object.entries(await import(new URL(file, MODEL).href))) {
    if (!(value instanceof z.ZodType) || named.has(value)) continue;
    named.set(value, name);
    registry.add(value, { id: name });
  }
}
/** The types of the model as JSON schemas that name each other. @type {Record<string, Schema>} */
const types = /** @type {Record<string, Schema>} */ (
  z.toJSONSchema(registry, { io: 'input', unrepresentable: 'any', uri: (id) => id }).schemas
);

const comments = readDocComments([
  ...modelFiles.map((file) => new URL(file, MODEL).pathname),
  ...readdirSync(CONTRACT)
    .sort()
    .map((file) => new URL(file, CONTRACT).pathname),
]);

/** What the doc comment of a method, an event, a schema or a field says. @param {string} owner @param {string} [field] */
export const comment = (owner, field) => escaped(comments.of(owner, field));

/**
 * Returns a schema as a JSON schema, in which types of the model are named.
 * @param {import('zod').ZodType} type
 * @returns {Schema}
 */
export function describe(type) {
  const name = named.get(type);
  if (name !== undefined) return { $ref: name };
  return /** @type {Schema} */ (z.toJSONSchema(type, { io: 'input', unrepresentable: 'any', metadata: registry }));
}

/** @param {string} ref */
const nameOf = (ref) => ref.replace('#/$defs/', '');

/**
 * Returns the rows of a table of fields; those of an object within an object have a name with a dot.
 * @param {Schema} schema
 * @param {string} owner whose doc comments are read
 * @param {string} [before] what the names begin with
 * @returns {string[][]}
 */
function rowsOf(schema, owner, before = '') {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, given]) => {
    const field = /** @type {Schema} */ (given);
    const optional = required.has(name) ? '' : 'optional';
    const value = 'default' in field ? ` Default: \`${JSON.stringify(field.default)}\`.` : '';
    const inner = within(field);
    const type = inner !== undefined && choicesOf(field) !== undefined ? 'object or null' : typeOf(field);
    const row = [
      `\`${before}${name}\``,
      type,
      optional,
      `${comment(owner, `${before}${name}`.replaceAll('[]', ''))}${value}`.trim(),
    ];
    if (inner === undefined) return [row];
    return [row, ...rowsOf(inner.schema, owner, `${before}${name}${inner.mark}.`)];
  });
}

/**
 * The object that a field is, or is a list of, or may be.
 * @param {Schema} field
 * @returns {{ schema: Schema, mark: string } | undefined}
 */
function within(field) {
  if (field.properties !== undefined) return { schema: field, mark: '' };
  if (field.type === 'array') {
    const items = /** @type {Schema} */ (field.items);
    return items?.properties === undefined ? undefined : { schema: items, mark: '[]' };
  }
  const others = choicesOf(field)?.filter(({ type }) => type !== 'null') ?? [];
  return others.length === 1 && others[0]?.properties !== undefined ? { schema: others[0], mark: '' } : undefined;
}

/** @param {Schema} schema @returns {Schema[] | undefined} */
const choicesOf = (schema) => /** @type {Schema[] | undefined} */ (schema.anyOf ?? schema.oneOf);

/**
 * Returns what is to be said of a schema: a table of its fields, or one for each choice of a union, or its type.
 * @param {Schema} schema
 * @param {string} owner
 * @returns {string}
 */
export function body(schema, owner) {
  if (schema.properties !== undefined) {
    const rows = rowsOf(schema, owner);
    return rows.length === 0 ? 'No fields: `{}`.' : table(['Field', 'Type', '', 'Meaning'], rows);
  }
  const choices = choicesOf(schema);
  if (choices?.some(({ properties }) => properties !== undefined))
    return choices.map((choice, index) => `${index === 0 ? 'Either' : 'Or'}:\n\n${body(choice, owner)}`).join('\n\n');
  return `Type: ${typeOf(schema)}`;
}

/**
 * Returns the type of a value in words, with links to the types that have a name.
 * @param {Schema} schema
 * @returns {string}
 */
export function typeOf(schema) {
  if (schema.$ref !== undefined) return `[${nameOf(schema.$ref)}](#${nameOf(schema.$ref).toLowerCase()})`;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  const choices = choicesOf(schema);
  if (choices !== undefined)
    return choices.map((choice) => (choice.properties ? inline(choice) : typeOf(choice))).join(' or ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' or ');
  if (schema.type === 'array') return `list${range(schema.minItems, schema.maxItems)} of ${listed(schema)}`;
  if (schema.properties !== undefined) return 'object';
  if (schema.type === 'object') return `map of ${typeOf(/** @type {Schema} */ (schema.additionalProperties ?? {}))}`;
  if (schema.type === 'string') return text(schema);
  if (schema.type === 'integer') return `whole number${range(schema.minimum, schema.maximum)}`;
  if (schema.type === 'number') return `number${range(schema.minimum, schema.maximum)}`;
  return typeof schema.type === 'string' ? schema.type : 'any';
}

/** @param {Schema} schema */
function listed(schema) {
  const items = /** @type {Schema} */ (schema.items ?? {});
  return items.properties === undefined ? typeOf(items) : 'objects';
}

/** An object within a union, in one line. @param {Schema} schema */
function inline(schema) {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${typeOf(/** @type {Schema} */ (field))}`,
  );
  return `{ ${fields.join(', ')} }`;
}

/** @param {Schema} schema */
function text({ format, pattern, minLength, maxLength }) {
  if (format === 'uuid') return 'UUID';
  if (format === 'date-time') return 'instant';
  if (pattern !== undefined && format === undefined) return `text, \`${pattern}\``;
  return `text${range(minLength, maxLength)}`;
}

/** @param {number | undefined} least @param {number | undefined} most */
function range(least, most) {
  const below = least === undefined || Math.abs(least) >= Number.MAX_SAFE_INTEGER ? undefined : least;
  const above = most === undefined || most >= Number.MAX_SAFE_INTEGER ? undefined : most;
  if (below === undefined && above === undefined) return '';
  if (above === undefined) return `, at least ${below}`;
  return below === undefined ? `, at most ${above}` : ` (${below}–${above})`;
}

/**
 * Returns the fields of a type of the model.
 * @param {string} name
 */
export const typeReference = (name) => body(types[name] ?? {}, name);

/** Returns the types that the fields of a manifest have. */
export const manifestTypes = () => typesFrom([types.Manifest], ['Manifest', 'StoredAttachedFile']);

/**
 * Returns the types that some schemas lead to, by their names.
 * @param {readonly unknown[]} from
 * @param {readonly string[]} [without] types that are described elsewhere
 */
export function typesFrom(from, without = []) {
  /** @type {Set<string>} */
  const reached = new Set();
  for (const each of from) reach(each, reached);
  const names = [...reached]
    .filter((name) => !without.includes(name))
    .sort((one, other) => one.localeCompare(other, 'en'));
  return names.map((name) => section(name, comment(name), [typeReference(name)])).join('\n\n');
}

/**
 * Returns a part of a reference, under a heading.
 * @param {string} heading
 * @param {string} about
 * @param {readonly string[]} parts
 */
export const section = (heading, about, parts) =>
  [`### ${heading}`, about, ...parts].filter((part) => part !== '').join('\n\n');

/**
 * Adds the names of all types that a schema leads to.
 * @param {unknown} schema
 * @param {Set<string>} reached
 */
function reach(schema, reached) {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$defs') continue;
    if (key !== '$ref' || typeof value !== 'string') reach(value, reached);
    else if (!reached.has(nameOf(value))) {
      reached.add(nameOf(value));
      reach(types[nameOf(value)], reached);
    }
  }
}
