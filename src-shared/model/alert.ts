import { z } from 'zod';
import { Instant } from './values.ts';

/**
 * The channels that alerts are sent through. `ping` is the Healthchecks style: an address that is called at each start,
 * success and failure.
 */
export const AlertChannel = z.enum(['desktop', 'webhook', 'ping', 'mail']);
export type AlertChannel = z.infer<typeof AlertChannel>;

/** What an alert says: a plan got into trouble, still is, or is out of it. */
export const Alert = z.object({
  kind: z.enum(['trouble', 'reminder', 'mended', 'test']),
  planId: z.uuid().nullable(),
  planName: z.string(),
  state: z.string(),
  at: Instant,
  /** Since when. */
  since: Instant,
  title: z.string(),
  /** What happened, and how to mend it. */
  message: z.string(),
});
export type Alert = z.infer<typeof Alert>;

/** An alert that did not get through over one channel, and is tried again. */
export const UndeliveredAlert = z.object({
  channel: AlertChannel,
  title: z.string(),
  createdAt: Instant,
  tries: z.number().int().positive(),
  nextTryAt: Instant,
  /** Why the last try failed. */
  error: z.string(),
});
export type UndeliveredAlert = z.infer<typeof UndeliveredAlert>;
