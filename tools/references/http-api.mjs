import { events } from '../../src-shared/contract/events.ts';
import { methods } from '../../src-shared/contract/methods.ts';
import { table } from './markdown.mjs';
import { METHOD_ERRORS } from './method-errors.ts';
import { body, comment, describe, section, typesFrom } from './schemas.mjs';

/** @typedef {import('../../src-shared/contract/methods.ts').MethodName} MethodName */

const names = /** @type {MethodName[]} */ (Object.keys(methods).sort());

/** Returns the reference of every method, from the contract. */
export function methodsReference() {
  const nouns = Map.groupBy(names, (name) => name.split('.')[0] ?? '');
  const overview = table(
    ['Noun', 'Methods'],
    [...nouns].map(([noun, all]) => [`\`${noun}\``, all.map((name) => `[${name}](#${anchor(name)})`).join(', ')]),
  );
  return [overview, ...names.map(methodSection)].join('\n\n');
}

/** Returns the reference of every event. */
export function eventsReference() {
  const all = Object.entries(events);
  return all
    .map(([name, type]) => section(`Event ${name}`, comment(`event ${name}`), [body(describe(type), `event ${name}`)]))
    .join('\n\n');
}

/** Returns the reference of every type that a method or an event leads to. */
export function typesReference() {
  const all = names.flatMap((name) => [methods[name].params, methods[name].result]);
  return typesFrom([...all, ...Object.values(events)].map((type) => describe(type)));
}

/** @param {MethodName} name */
function methodSection(name) {
  const { params, result } = methods[name];
  const errors = METHOD_ERRORS[name].map((code) => `\`${code}\``);
  return section(name, comment(name), [
    `**Parameters**\n\n${body(describe(params), name)}`,
    `**Result**\n\n${body(describe(result), name)}`,
    ...(errors.length === 0 ? [] : [`**Errors**: ${errors.join(', ')}`]),
  ]);
}

/** As GitHub makes it from a heading. @param {string} name */
const anchor = (name) => name.replaceAll('.', '').toLowerCase();
