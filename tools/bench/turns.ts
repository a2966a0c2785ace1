import { median, type Took } from './measure.ts';

/** What is compared with others in the same run. */
export interface Contender {
  readonly name: string;
  /** Does it once. */
  once(): Pick<Took, 'wallMs' | 'cpuMs'> | Promise<Pick<Took, 'wallMs' | 'cpuMs'>>;
  readonly wall: number[];
  readonly cpu: number[];
}

export function contender(name: string, once: Contender['once']): Contender {
  return { name, once, wall: [], cpu: [] };
}

/** Each once; in each round another one begins, so that none always finds what the same other one left behind. */
export async function takeTurns(contenders: readonly Contender[], round: number): Promise<void> {
  for (let turn = 0; turn < contenders.length; turn++) {
    const next = contenders[(round + turn) % contenders.length];
    if (next === undefined) continue;
    const { wallMs, cpuMs } = await next.once();
    next.wall.push(wallMs);
    next.cpu.push(cpuMs);
  }
}

/** How many times as fast as the other one it is, by the medians. */
export const timesAsFast = (one: Contender, other: Contender): number => median(other.wall) / median(one.wall);

/** The medians of each, and how many times as fast as the first it is. */
export function rowsOf(contenders: readonly Contender[]): string[][] {
  const [first] = contenders;
  return contenders.map((each) => [
    each.name,
    seconds(median(each.wall)),
    seconds(median(each.cpu)),
    `${(first === undefined ? Number.NaN : timesAsFast(each, first)).toFixed(2)} ×`,
  ]);
}

/** What {@link rowsOf} prints, after the name. */
export const COLUMNS = ['median', 'CPU', 'faster'];

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
