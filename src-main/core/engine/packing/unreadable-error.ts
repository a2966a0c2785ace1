import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';

/** A file that may be sound and that cannot be unpacked here. */
export class UnreadableError extends SnapkeepError {
  constructor(message: string, hint: string) {
    super('UNSUPPORTED', message, { hint });
  }
}
