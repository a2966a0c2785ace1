import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { LogEntry } from '../../../src-shared/model/run.ts';
import type { ContentCheck, Described, ImageRequest } from './check-image.ts';

/** What the thread that checks a copy is given. */
export interface CheckerTask {
  request: ImageRequest;
  stagingFolder: string;
}

/** What it says. */
export type CheckerMessage =
  | { type: 'log'; level: LogEntry['level']; message: string }
  | { type: 'described'; described: Described }
  | { type: 'checked'; check: ContentCheck }
  | { type: 'failed'; error: ErrorBody };
