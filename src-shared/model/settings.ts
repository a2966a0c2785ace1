import { z } from 'zod';
import { PlanState } from './plan.ts';
import { Bytes } from './values.ts';

/** How mail is sent. The password is a secret and is not here. */
export const MailSettings = z.object({
  host: z.string().trim().min(1).max(255),
  port: z.number().int().min(1).max(65_535),
  /** `tls` from the first byte, `starttls` before anything is said, `none`: unprotected. */
  security: z.enum(['tls', 'starttls', 'none']),
  /** Empty: nobody logs in. */
  user: z.string().trim().max(255),
  from: z.string().trim().min(3).max(320),
  to: z.string().trim().min(3).max(1000),
});
export type MailSettings = z.infer<typeof MailSettings>;

/** What the webhook belongs to, which decides the format of its alerts. `json`: any other program. */
export const WebhookService = z.enum(['ntfy', 'slack', 'discord', 'telegram', 'json']);
export type WebhookService = z.infer<typeof WebhookService>;

/** A plan, and the state in which it is muted. */
export const MutedPlan = z.strictObject({ planId: z.uuid(), state: PlanState });
export type MutedPlan = z.infer<typeof MutedPlan>;

/** What a person decides about the application as a whole. */
export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** How long a restore waits for another program's write lock, in seconds: 1 to 600. */
  lockWaitSeconds: z.number().int().min(1).max(600),
  /** How long what restores replaced is kept, in days; the newest of each database, file or folder stays. */
  safetyKeepDays: z.number().int().min(30).max(36_500),
  /** How much of it there may be, in bytes; nothing younger than 30 days is removed for it. `null`: no limit. */
  safetyMaxBytes: Bytes.nullable(),
  /** Scheduled runs wait for the mains. */
  notOnBattery: z.boolean(),
  /** Runs leave the processor to other programs: they work at the lowest priority, and on fewer threads. */
  lowPriority: z.boolean(),
  /** Alerts are shown as notifications of the system. */
  desktopAlerts: z.boolean(),
  webhookService: WebhookService,
  /** Alerts are sent by mail; `null`: they are not. */
  mail: MailSettings.nullable(),
  /** Closing the window keeps Snapkeep running in the tray; `null`: not asked yet. */
  keepInTray: z.boolean().nullable(),
  startAtLogin: z.boolean(),
  /** The ids of the plans that the sidebar lists first. */
  pinnedPlans: z.array(z.uuid()).max(1000),
  /** Plans whose state a person knows of: until it changes, they are folded away and no reminder is sent. */
  mutedPlans: z.array(MutedPlan).max(1000),
});
export type Settings = z.infer<typeof Settings>;

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  lockWaitSeconds: 30,
  safetyKeepDays: 30,
  safetyMaxBytes: null,
  notOnBattery: false,
  lowPriority: false,
  desktopAlerts: true,
  webhookService: 'json',
  mail: null,
  keepInTray: null,
  startAtLogin: false,
  pinnedPlans: [],
  mutedPlans: [],
};

/** What is kept secret: addresses that are as good as a password, and passwords. */
export const SecretName = z.enum(['webhook-url', 'ping-url', 'mail-password']);
export type SecretName = z.infer<typeof SecretName>;

/** Whether a secret is known; never what it is. */
export const SecretState = z.object({ name: SecretName, known: z.boolean() });
export type SecretState = z.infer<typeof SecretState>;

/** Which secrets are known, and how they are kept. */
export const SecretList = z.object({
  /** Whether the system's keychain keeps the key of the secrets; `null`: this host has none. */
  keychain: z.boolean().nullable(),
  /** How they are kept, for people. */
  words: z.string(),
  secrets: z.array(SecretState),
});
export type SecretList = z.infer<typeof SecretList>;
