import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The hours at noon UTC, in a process of its own, after each look at a machine that is in these zones in turn. */
function hoursIn(zones: ReadonlyArray<string | null>, given?: string): number[] {
  const file = join(import.meta.dirname, '../../src-main/core/machine-zone.ts');
  const script = `
    import { MachineZone } from ${JSON.stringify(file)};
    const zones = ${JSON.stringify(zones)};
    let at = 0;
    const machine = new MachineZone(() => zones[at], ${JSON.stringify(given)});
    const hours = zones.map((_, index) => {
      at = index;
      machine.look();
      return new Date('2026-11-20T12:00:00Z').getHours();
    });
    console.log(JSON.stringify(hours));`;
  const env = { ...process.env, TZ: 'Europe/Berlin' };
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }),
  ) as number[];
}

test('the zone is looked up at each look; where nobody knows it, it stays', () => {
  expect(hoursIn(['Europe/Berlin', 'Asia/Tokyo', null, 'America/New_York'])).toEqual([13, 21, 21, 7]);
});

test('a zone that a person gave stays', () => {
  expect(hoursIn(['Europe/Berlin', 'Asia/Tokyo'], 'Europe/Berlin')).toEqual([13, 13]);
});
