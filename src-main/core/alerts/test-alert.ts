import type { Alert } from '../../../src-shared/model/alert.ts';

/** The alert that shows a person how alerts arrive. @param at an ISO 8601 instant */
export function testAlert(at: string): Alert {
  return {
    kind: 'test',
    planId: null,
    planName: 'test',
    state: 'ok',
    at,
    since: at,
    title: 'Snapkeep test alert',
    message: 'Snapkeep will notify you like this when a plan needs attention.',
  };
}
