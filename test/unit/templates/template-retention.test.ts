import { describe, expect, test } from 'vitest';
import { scheduledTimesOf } from '../../../src-main/core/schedule/calendar-times.ts';
import type { TemplatePart } from '../../../src-shared/model/third-party/template.ts';
import { decideRetention, type RetainedSnapshot } from '../../../src-shared/retention/retention.ts';
import { builtInTemplate } from '../../../src-shared/third-party/templates/built-in.ts';

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const END = Date.UTC(2026, 0, 1);
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York'];

/** Of what was made by a moment, newest last, what the program's own guide keeps at that moment. */
type Guide = (made: readonly number[], dateOf: (instant: number) => Date) => Set<number>;

const partOf = (id: string, part: string): TemplatePart => {
  const found = builtInTemplate(id)?.parts.find((each) => each.id === part);
  if (found === undefined) throw new Error(`${id} has no ${part}.`);
  return found;
};

/** The date that a clock in the zone shows, as midnight in UTC. */
const dateIn = (zone: string) => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const known = new Map<number, Date>();
  return (instant: number): Date => {
    const date = known.get(instant) ?? new Date(`${format.format(instant)}T00:00:00Z`);
    known.set(instant, date);
    return date;
  };
};

/** The times at which a part is backed up in two years; one that waits for changes is changed at odd times. */
function timesOf(part: TemplatePart, zone: string): number[] {
  const times: number[] = [];
  if (part.schedule.kind === 'on-change') {
    for (let at = START + 3_600_000, step = 1; at < END; at += (step % 17) * 7 * 3_600_000, step += 1) times.push(at);
    return times;
  }
  const scheduledTimes = scheduledTimesOf(part.schedule, zone, START);
  for (let at = scheduledTimes.after(START); at !== null && at < END; at = scheduledTimes.after(at)) times.push(at);
  return times;
}

/** Backs up and prunes for two years, and shows after each time what was made and what is left. */
function live(part: TemplatePart, zone: string, look: (made: readonly number[], left: Set<number>) => void): number {
  const made: number[] = [];
  let left: RetainedSnapshot[] = [];
  for (const at of timesOf(part, zone)) {
    made.push(at);
    left.push({
      id: `${at}`,
      order: made.length,
      origin: 'own',
      createdAt: new Date(at).toISOString(),
      pinned: false,
      missing: false,
      trigger: 'schedule',
      valid: true,
      level: 'checked',
      incomplete: false,
    });
    const kept = new Set(
      decideRetention(left, part.retention, { timeZone: zone, now: at })
        .filter(({ keep }) => keep)
        .map(({ id }) => id),
    );
    left = left.filter(({ id }) => kept.has(id));
    look(made, new Set(left.map(({ id }) => Number(id))));
  }
  return made.length;
}

const last =
  (count: number): Guide =>
  (made) =>
    new Set(made.slice(-count));

const youngerThan =
  (days: number): Guide =>
  (made) =>
    new Set(made.filter((at) => (made.at(-1) ?? 0) - at < days * DAY));

const lastSundays =
  (count: number): Guide =>
  (made, dateOf) =>
    new Set(made.filter((at) => dateOf(at).getUTCDay() === 0).slice(-count));

const lastMonths =
  (count: number): Guide =>
  (made, dateOf) => {
    const newestOfMonth = new Map(made.map((at) => [dateOf(at).toISOString().slice(0, 7), at]));
    return new Set([...newestOfMonth.values()].slice(-count));
  };

const anyOf =
  (...guides: Guide[]): Guide =>
  (made, dateOf) =>
    new Set(guides.flatMap((guide) => [...guide(made, dateOf)]));

describe.each(ZONES)('two years in %s', (zone) => {
  test.each([
    ['hone', 'database', last(7)],
    ['portunus', 'state', youngerThan(30)],
    ['openmemory', 'database', youngerThan(7)],
    ['soundbox', 'database', anyOf(youngerThan(14), lastSundays(11))],
    ['pisovereign', 'database', anyOf(last(7), lastSundays(4), lastMonths(12))],
    ['pisovereign', 'configuration', last(5)],
    ['pisovereign', 'vault', last(4)],
    ['pisovereign', 'image', last(3)],
  ] as const)('%s: of %s is kept what its guide says', (id, part, guide) => {
    const dateOf = dateIn(zone);
    const times = live(partOf(id, part), zone, (made, left) => expect(left).toEqual(guide(made, dateOf)));
    expect(times).toBeGreaterThan(20);
  });
});

describe('against what the programs do to the letter', () => {
  const dateOf = dateIn('UTC');
  const ageOf = (made: readonly number[], at: number): number =>
    (dateOf(made.at(-1) ?? 0).getTime() - dateOf(at).getTime()) / DAY;

  test('Sound Box: no Sunday of the 74 days is missed, and none is kept for more than 76', () => {
    live(partOf('soundbox', 'database'), 'UTC', (made, left) => {
      const wrong = made.filter((at) => {
        const age = ageOf(made, at);
        const sunday = dateOf(at).getUTCDay() === 0;
        if (age < 14 || (sunday && age <= 74)) return !left.has(at);
        return age > (sunday ? 76 : 14) && left.has(at);
      });
      expect(wrong).toEqual([]);
    });
  });

  test.each([
    ['portunus', 'state', 30],
    ['openmemory', 'database', 7],
    ['soundbox', 'database', 14],
  ] as const)(
    '%s deletes what is older than its days, so the one on the very edge is a day longer there',
    (id, part, days) => {
      live(partOf(id, part), 'UTC', (made, left) => {
        const theirs = made.filter((at) => ageOf(made, at) <= days);
        expect(theirs.filter((at) => !left.has(at)).every((at) => ageOf(made, at) === days)).toBe(true);
      });
    },
  );

  test('PiSovereign: the same months are there, by their newest snapshot instead of that of the first day', () => {
    live(partOf('pisovereign', 'database'), 'UTC', (made, left) => {
      const monthOf = (at: number): string => dateOf(at).toISOString().slice(0, 7);
      const firsts = made.filter((at) => dateOf(at).getUTCDate() === 1).slice(-12);
      const months = new Set([...left].map(monthOf));
      for (const first of firsts) expect(months).toContain(monthOf(first));
    });
  });
});
