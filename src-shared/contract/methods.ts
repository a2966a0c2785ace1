import { z } from 'zod';
import { AlertChannel, UndeliveredAlert } from '../model/alert.ts';
import { AppInfo } from '../model/app-info.ts';
import { SecretList, SecretName, SecretState, Settings } from '../model/settings.ts';
import { destinationMethods } from './destination-methods.ts';
import { nothing } from './params.ts';
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
    result: SecretList,
  },
  /**
   * Has the key of the secrets kept by the system's keychain, or again by a file in the data folder. Only hosts that have
   * a keychain can; while it is used, other hosts cannot open secrets.
   */
  'secrets.useKeychain': { params: z.strictObject({ use: z.boolean() }), result: SecretList },
  /** Keeps a secret, or forgets it with `null`. */
  'secrets.set': {
    params: z.strictObject({ name: SecretName, value: z.string().min(1).max(2000).nullable() }),
    result: SecretState,
  },

  /** Sends a test over one channel and says what became of it. */
  'alerts.test': { params: z.strictObject({ channel: AlertChannel }), result: nothing },

  /** Alerts that did not get through yet, the oldest first. */
  'alerts.undelivered': { params: nothing, result: z.array(UndeliveredAlert) },

  ...planMethods,
  ...snapshotMethods,
  ...destinationMethods,
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
