import { z } from 'zod';
import { ErrorBody } from '../../../src-shared/contract/errors.ts';
import { Manifest } from '../../../src-shared/model/manifest.ts';
import { Replacement } from '../../../src-shared/model/restore/replacement.ts';
import { LogEntry, RunPhase } from '../../../src-shared/model/run.ts';
import type { ViewParams, ViewQuestion } from '../browse/view-questions.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import type { DatabaseKey, Unlocking } from '../engine/sqlite/database-key.ts';
import type { WorkerTaskName, WorkerTasks } from '../worker-tasks.ts';

/** What a worker process gets: its task, once it has said that it is ready, and the order to stop. */
export type WorkerOrder =
  | {
      type: 'start';
      task: WorkerTaskName;
      request: WorkerTasks[WorkerTaskName]['request'];
      /** Shared by this process while it works: see `worker-lock.ts`. */
      lockFile: string;
      stagingFolder: string;
      /** See the setting of this name. */
      lowPriority: boolean;
      /** The keys and the secrets of encryptions to try; they are in no request, so that requests may be kept and told. */
      keys: readonly DatabaseKey[];
      encryptionSecrets: readonly EncryptionSecret[];
    }
  /** Instead of a task: read these images and answer questions, until the process is killed. */
  | {
      type: 'view';
      images: ReadonlyArray<{ path: string; unlocking: Unlocking | null }>;
      lockFile: string;
      lowPriority: boolean;
    }
  | { type: 'ask'; id: number; question: ViewQuestion; params: ViewParams[ViewQuestion] }
  | { type: 'cancel' }
  /** The core has taken note of what was stored, or of what Undo would put back. */
  | { type: 'taken' };

/** What a worker process says. It opens files that others made, so nothing it says is taken unread. */
export const WorkerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('progress'), phase: RunPhase, done: z.number(), total: z.number().nullable() }),
  /** A file is about to grow in one call that lets no progress through. */
  z.object({ type: z.literal('watch'), phase: RunPhase, path: z.string(), total: z.number() }),
  z.object({ type: z.literal('log'), level: LogEntry.shape.level, message: z.string() }),
  /** Which secret has opened an encryption; itself it is not sent back. */
  z.object({ type: z.literal('decrypted'), fingerprint: z.string() }),
  /** What Undo would put back, and the journal of what is about to be replaced. */
  z.object({
    type: z.literal('kept'),
    kept: z.object({ safety: Manifest.nullable(), ...Replacement.shape }),
  }),
  /** A snapshot is stored. */
  z.object({ type: z.literal('stored'), manifest: Manifest }),
  /** The next piece of the statements that a preview comes to. */
  z.object({ type: z.literal('sql'), piece: z.string() }),
  z.object({ type: z.literal('finished'), result: z.unknown() }),
  z.object({ type: z.literal('failed'), error: ErrorBody }),
  /** Of the question with this id: how far its answer is, the answer, or why there is none. */
  z.object({ type: z.literal('asked'), id: z.number(), done: z.number(), total: z.number().nullable() }),
  z.object({ type: z.literal('answered'), id: z.number(), result: z.unknown() }),
  z.object({ type: z.literal('refused'), id: z.number(), error: ErrorBody }),
]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;
/** What Undo would put back if nothing came after now, and how it is recognised then what had been done. */
export type Kept = Extract<WorkerMessage, { type: 'kept' }>['kept'];
