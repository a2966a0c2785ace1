import { z } from 'zod';
import { AlertChannel } from '../model/alert.ts';
import { AppInfo } from '../model/app-info.ts';
import { SecretName, SecretState, Settings } from '../model/settings.ts';
import { nothing } from './params.ts';
import { placeMethods } from './place-methods.ts';
import { planMethods } from './plan-methods.ts';
import { snapshotMethods } from './snapshot-methods.ts';

/**
 * Every method: `noun.verb`, what it takes and what it answers. Both are checked at run time by the dispatcher; the
 * TypeScript types are inferred from here and written nowhere else.
 */
export const methods = {
  'app.info': { params: nothing, result: AppInfo },

  'settings.get': { params: nothing, result: Settings },
  'settings.update': { params: z.strictObject(Settings.partial().shape), result: Settings },

  'secrets.list': {
    params: nothing,
    result: z.object({ protects: z.boolean(), words: z.string(), secrets: z.array(SecretState) }),
  },
  /** Keeps a secret, or forgets it with `null`. */
  'secrets.set': {
    params: z.strictObject({ name: SecretName, value: z.string().min(1).max(2000).nullable() }),
    result: SecretState,
  },

  /** Sends a test over one channel and says what became of it. */
  'alerts.test': { params: z.strictObject({ channel: AlertChannel }), result: nothing },

  ...planMethods,
  ...snapshotMethods,
  ...placeMethods,
} as const;

export type MethodName = keyof typeof methods;
/** What a caller passes. */
export type Params<M extends MethodName> = z.input<(typeof methods)[M]['params']>;
/** What a handler gets: defaults filled in. */
export type ParsedParams<M extends MethodName> = z.output<(typeof methods)[M]['params']>;
export type Result<M extends MethodName> = z.output<(typeof methods)[M]['result']>;

/** Whether a text names a method. */
export function isMethodName(text: string): text is MethodName {
  return Object.hasOwn(methods, text);
}
