import { z } from 'zod';
import { AlertChannel, UndeliveredAlert } from '../model/alert.ts';
import { AppInfo } from '../model/app-info.ts';
import { SecretList, SecretName, SecretState, Settings } from '../model/settings.ts';
import { nothing } from './params.ts';

/** The service itself: what it can do, its settings, secrets and alerts. */
export const serviceMethods = {
  /** Returns the version, the platform and what the host can do. */
  'app.info': { params: nothing, result: AppInfo },

  /** Returns the settings. */
  'settings.get': { params: nothing, result: Settings },
  /** Changes the given settings. */
  'settings.update': { params: z.strictObject(Settings.partial().shape), result: Settings },

  /** Lists which secrets are stored and how they are protected. No method returns a secret. */
  'secrets.list': {
    params: nothing,
    result: SecretList,
  },
  /**
   * Moves the key of the secrets into the system's keychain, or back into a file of the data folder. Only the desktop
   * application can; while the keychain holds the key, other hosts cannot open secrets.
   */
  'secrets.useKeychain': { params: z.strictObject({ use: z.boolean() }), result: SecretList },
  /** Stores a secret; `null` deletes it. */
  'secrets.set': {
    params: z.strictObject({ name: SecretName, value: z.string().min(1).max(2000).nullable() }),
    result: SecretState,
  },

  /** Sends a test alert over one channel. */
  'alerts.test': { params: z.strictObject({ channel: AlertChannel }), result: nothing },

  /** Lists alerts that have not been delivered yet, the oldest first. */
  'alerts.undelivered': { params: nothing, result: z.array(UndeliveredAlert) },
} as const;
