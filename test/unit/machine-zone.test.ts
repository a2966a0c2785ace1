import { expect, onTestFinished, test } from 'vitest';
import { MachineZone } from '../../src-main/core/machine-zone.ts';

const hourAt = (instant: string): number => new Date(instant).getHours();

function keepZone(): void {
  const before = process.env.TZ;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
}

test('the zone is looked up at each look, and schedules and dates follow it', () => {
  keepZone();
  process.env.TZ = 'Europe/Berlin';
  let zone: string | null = 'Europe/Berlin';
  const machine = new MachineZone(() => zone, undefined);
  machine.look();
  expect(hourAt('2026-11-20T12:00:00Z')).toBe(13);
  zone = 'Asia/Tokyo';
  machine.look();
  expect(hourAt('2026-11-20T12:00:00Z')).toBe(21);
  expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe('Asia/Tokyo');
  zone = null;
  machine.look();
  expect(hourAt('2026-11-20T12:00:00Z')).toBe(21);
});

test('a zone that a person gave stays', () => {
  keepZone();
  process.env.TZ = 'Europe/Berlin';
  let zone = 'Europe/Berlin';
  const machine = new MachineZone(() => zone, 'Europe/Berlin');
  zone = 'Asia/Tokyo';
  machine.look();
  expect(hourAt('2026-11-20T12:00:00Z')).toBe(13);
});
