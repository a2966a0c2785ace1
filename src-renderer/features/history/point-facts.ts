import type { Point } from '../../../src-shared/model/history/point.ts';
import { changeInWords, eventsInWords, pointTablesInWords } from '../../../src-shared/words/history-words.ts';
import { agoInWords } from '../../../src-shared/words/moments.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';

/** A fact about a point: its name, and what it is. */
export type PointFact = readonly [name: string, value: string];

/** Returns what a point in the history of a plan contains, and how it was verified. @param now in milliseconds since 1970 */
export function factsOfPoint(point: Point, now: number): PointFact[] {
  return [
    ['Change', `${changeInWords(point)} (${bytesInWords(point.bytes)} stored)`],
    ['Content', pointTablesInWords(point)],
    ['Verification', verificationInWords(point, now)],
    ...(point.events.length === 0 ? [] : [['Events', eventsInWords(point.events)] as const]),
  ];
}

function verificationInWords({ verification }: Point, now: number): string {
  if (verification === null) return 'Not verified yet';
  const { valid, level, at } = verification;
  if (!valid) return `Verification failed ${agoInWords(at, now)}`;
  return `${level === 'restored' ? 'Verified by a restore' : 'File verified'} ${agoInWords(at, now)}`;
}
