import type { z } from 'zod';
import { browseMethods } from './browse-methods.ts';
import { compareMethods } from './compare-methods.ts';
import { databaseMethods } from './database-methods.ts';
import { destinationMethods } from './destination-methods.ts';
import { historyMethods } from './history-methods.ts';
import { planMethods } from './plan-methods.ts';
import { replicaMethods } from './replica-methods.ts';
import { rowMethods } from './row-methods.ts';
import { serviceMethods } from './service-methods.ts';
import { snapshotMethods } from './snapshot-methods.ts';
import { trashMethods } from './trash-methods.ts';

/**
 * Every method: `noun.verb`, what it takes and what it answers. Both are checked at run time by the dispatcher; the
 * TypeScript types are inferred from here and written nowhere else.
 */
export const methods = {
  ...serviceMethods,
  ...planMethods,
  ...snapshotMethods,
  ...trashMethods,
  ...destinationMethods,
  ...databaseMethods,
  ...rowMethods,
  ...browseMethods,
  ...compareMethods,
  ...historyMethods,
  ...replicaMethods,
} as const;

export type MethodName = keyof typeof methods;
type NounOf<M extends string> = M extends `${infer N}.${string}` ? N : never;
/** What the methods with the same first word are about. */
export type Noun = NounOf<MethodName>;
/** The methods of some nouns. */
export type MethodsOf<N extends Noun> = Extract<MethodName, `${N}.${string}`>;
/** What a caller passes. */
export type Params<M extends MethodName> = z.input<(typeof methods)[M]['params']>;
/** What a handler gets: defaults filled in. */
export type ParsedParams<M extends MethodName> = z.output<(typeof methods)[M]['params']>;
export type Result<M extends MethodName> = z.output<(typeof methods)[M]['result']>;

/** Whether a text names a method. */
export function isMethodName(text: string): text is MethodName {
  return Object.hasOwn(methods, text);
}
