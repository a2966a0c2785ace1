import type { Retention } from '../../../src-shared/model/plan.ts';
import { keepsAll } from '../../../src-shared/retention/retention.ts';

/** What a retention keeps, for example `Keeps the last 30, 8 weeks, 12 months`. */
export function retentionInWords(retention: Retention): string {
  if (keepsAll(retention)) return 'Keeps everything';
  const { keepLast, keepDays, daily, weekly, monthly, yearly } = retention;
  const parts = [
    keepLast === null ? '' : `the last ${keepLast}`,
    keepDays === null ? '' : `all of ${keepDays} days`,
    ...[
      [daily, 'day'],
      [weekly, 'week'],
      [monthly, 'month'],
      [yearly, 'year'],
    ].map(([count, noun]) => (count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`)),
  ];
  return `Keeps ${parts.filter(Boolean).join(', ')}`;
}
