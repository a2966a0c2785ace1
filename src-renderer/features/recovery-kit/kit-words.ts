import type { RecoveryKitState } from '../../../src-shared/model/recovery-kit.ts';
import { momentInWords } from '../../components/time.ts';

/** Whether the kit that was last saved still helps, as a sentence. */
export function kitStateInWords({ state, savedAt, folder }: RecoveryKitState, now: number): string {
  const when = savedAt === null ? '' : ` ${momentInWords(savedAt, now)}`;
  switch (state) {
    case 'none':
      return '';
    case 'unsaved':
      return 'It has not been saved or printed yet.';
    case 'outdated':
      return `It was saved${when}, and what it says is no longer true: plans or destinations have changed.`;
    case 'saved':
      return folder === null ? `It was saved${when}.` : `It was saved${when} in ${folder}.`;
  }
}
