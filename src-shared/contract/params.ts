import { z } from 'zod';
import { KeyInput } from '../model/database-encryption.ts';
import { Run } from '../model/run.ts';

/* What several methods take or answer. */

/** Takes or answers nothing. */
export const nothing = z.strictObject({});
export const planId = z.strictObject({ planId: z.uuid() });
export const snapshotId = z.strictObject({ snapshotId: z.uuid() });
/** How long a page of a long list is. */
export const pageSize = z.number().int().min(1).max(500).default(100);
/** What takes long answers its run at once. */
export const started = z.object({ run: Run });
export const key = z.optional(KeyInput);
/** The longest template or schedule that is accepted, in characters. */
export const templateTextInput = z.string().min(1).max(200_000);
