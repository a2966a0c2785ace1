import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { decideRetention, type RetainedSnapshot } from '../../src-shared/retention/retention.ts';
import { median } from './measure.ts';

const COUNT = 10_000;
const FIVE_YEARS_MS = 5 * 365.25 * 86_400_000;

/** Decides on ten thousand snapshots of five years by every rule at once, with a fresh calendar each time. */
export function measureRetention(rounds: number): void {
  const start = Date.UTC(2021, 10, 21);
  const snapshots: RetainedSnapshot[] = Array.from({ length: COUNT }, (_, n) => ({
    id: `${n}`,
    order: n + 1,
    origin: 'own',
    createdAt: new Date(start + (n * FIVE_YEARS_MS) / COUNT).toISOString(),
    pinned: n % 997 === 0,
    missing: false,
    trigger: 'schedule',
    valid: n % 101 !== 0,
    level: 'checked',
    incomplete: n % 103 === 0,
  }));
  const policy = { ...KEEP_ALL, keepLast: 24, keepDays: 7, daily: 60, weekly: 52, monthly: 60, yearly: 5 };
  const times: number[] = [];
  let kept = 0;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    kept = decideRetention(snapshots, policy, { timeZone: 'Europe/Berlin', now: start + FIVE_YEARS_MS }).filter(
      ({ keep }) => keep,
    ).length;
    times.push(performance.now() - started);
  }
  process.stdout.write(
    `retention: ${COUNT.toLocaleString('en-US')} snapshots of five years, ${kept} kept, with reasons: ${median(times).toFixed(1)} ms (the first time ${times[0]?.toFixed(1)} ms)\n`,
  );
}
