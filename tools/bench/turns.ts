import { median } from './measure.ts';

/** One of those that are compared; the first of them is the measure. */
export interface Contender {
  readonly name: string;
  /** Does it once and answers how many milliseconds it took. */
  once(): number | Promise<number>;
  readonly times: number[];
}

export function contender(name: string, once: Contender['once']): Contender {
  return { name, once, times: [] };
}

/** Each once; in each round another one begins, so that none always finds what the same other one left behind. */
export async function takeTurns(contenders: readonly Contender[], round: number): Promise<void> {
  for (let turn = 0; turn < contenders.length; turn++) {
    const next = contenders[(round + turn) % contenders.length];
    next?.times.push(await next.once());
  }
}

/** The median of each, and how many times as fast as the first it is. */
export function rowsOf(contenders: readonly Contender[]): string[][] {
  const baseline = median(contenders[0]?.times ?? []);
  return contenders.map(({ name, times }) => [
    name,
    `${(median(times) / 1000).toFixed(2)} s`,
    `${(baseline / median(times)).toFixed(2)} ×`,
  ]);
}
