import type { RecoveryKitState } from '../../../src-shared/model/recovery/recovery-kit.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';

/** Returns the state of the recovery kit as a sentence. */
export function kitStateInWords({ state, savedAt, folder }: RecoveryKitState, now: number): string {
  const when = savedAt === null ? '' : ` ${momentInWords(savedAt, now)}`;
  switch (state) {
    case 'none':
      return '';
    case 'unsaved':
      return 'Not saved or printed yet.';
    case 'outdated':
      return `Saved${when}. Out of date: plans or destinations have changed since.`;
    case 'saved':
      return folder === null ? `Saved${when}.` : `Saved${when} in ${folder}.`;
  }
}
