import { expect, test } from 'vitest';
import { trayIconFile } from '../../../src-main/electron/tray/tray-icon.ts';
import { type TrayActions, trayMenu, trayState } from '../../../src-main/electron/tray/tray-menu.ts';
import type { PlanState, PlanSummary } from '../../../src-shared/model/plan.ts';
import type { Pause } from '../../../src-shared/model/schedule.ts';

const now = new Date(2026, 10, 20, 13, 5);

const summary = (name: string, state: PlanState): PlanSummary =>
  ({ plan: { id: name, name }, state, pruningPaused: null, activeRun: state === 'running' ? {} : null }) as PlanSummary;
const plans = (...states: PlanState[]): PlanSummary[] => states.map((state, n) => summary(`plan-${n + 1}`, state));
const pausedUntil = (until: Date | null): Pause => ({
  until: until?.toISOString() ?? null,
  since: new Date(2026, 10, 20).toISOString(),
});
const at = (hours: number, minutes = 0): Date => new Date(2026, 10, 20, hours, minutes);

test.each<[PlanState[], string, string]>([
  [[], 'ok', 'Nothing is backed up yet'],
  [['ok', 'ok'], 'ok', 'Everything is backed up and verified'],
  [['ok', 'empty'], 'ok', 'plan-2 has no snapshot yet'],
  [['ok', 'running'], 'running', 'plan-2 is being backed up'],
  [['empty', 'running', 'paused', 'running'], 'running', '2 plans are being backed up'],
  [['running', 'failed'], 'attention', 'plan-2 failed'],
  [['ok', 'overdue'], 'attention', 'plan-2 is overdue'],
  [['unverified'], 'attention', 'plan-1 is unverified'],
  [['waiting', 'overdue', 'failed', 'failed'], 'attention', '2 plans need attention'],
  [['ok', 'ok-one-disk'], 'ok', 'plan-2 is OK (one disk)'],
  [['ok', 'unavailable'], 'attention', 'plan-2 is unavailable'],
])('%j: %s, “%s”', (states, status, line) => {
  expect(trayState(plans(...states), null, now)).toMatchObject({ status, line, paused: false });
});

test('pruning that waits for a review needs attention', () => {
  const [first, second] = plans('paused', 'paused').map((each) => ({ ...each, pruningPaused: 'Pruning paused: why.' }));
  const calm = plans('running', 'ok');
  const of = (...some: Array<PlanSummary | undefined>) =>
    trayState([...some.filter((each) => each !== undefined), ...calm], null, now);
  expect(of(first)).toMatchObject({ status: 'attention', line: 'Pruning of plan-1 is paused' });
  expect(of(first, second)).toMatchObject({ status: 'attention', line: '2 plans need attention' });
});

test.each<[string, Date | null, string]>([
  ['without an end', null, 'Paused since today 00:00'],
  ['for today', at(14, 5), 'Paused until today 14:05'],
  ['until the next morning', new Date(2026, 10, 21, 6), 'Paused until tomorrow 06:00'],
  ['for long', new Date(2026, 10, 25, 8), 'Paused until Wed 25 Nov, 08:00'],
])('a pause %s is told', (_name, until, line) => {
  expect(trayState(plans('ok'), pausedUntil(until), now)).toMatchObject({ line, paused: true });
});

test('a pause until tomorrow is one until six once that day has come', () => {
  const night = new Date(2026, 10, 21, 2);
  expect(trayState(plans('ok'), pausedUntil(new Date(2026, 10, 21, 6)), night).line).toBe('Paused until today 06:00');
});

test('a pause hides no trouble, and one that is over is none', () => {
  expect(trayState(plans('failed'), pausedUntil(null), now).line).toBe('plan-1 failed · Paused since today 00:00');
  expect(trayState(plans('ok'), pausedUntil(at(13)), now)).toMatchObject({ paused: false });
});

/** The menu with what its items do written down. */
function menuOf(states: PlanState[], paused: Pause | null) {
  const done: string[] = [];
  const actions: TrayActions = {
    backUp: (id) => done.push(`back up ${id}`),
    pause: (until) => done.push(`pause ${until?.toISOString() ?? 'until resumed'}`),
    resume: () => done.push('resume'),
    open: () => done.push('open'),
    quit: () => done.push('quit'),
  };
  const items = trayMenu(trayState(plans(...states), paused, now), actions, () => now);
  const click = (label: string): string | undefined => {
    const all = items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? item.submenu : [])]);
    (all.find((item) => item.label === label)?.click as (() => void) | undefined)?.();
    return done.pop();
  };
  return { items, click };
}

test('the menu does what it says', () => {
  const { items, click } = menuOf(['ok', 'running'], null);
  expect(items[0]).toMatchObject({ label: 'plan-2 is being backed up', enabled: false });
  expect(items[2]?.submenu).toMatchObject([
    { label: 'plan-1', enabled: true },
    { label: 'plan-2', enabled: false },
  ]);
  expect(click('plan-1')).toBe('back up plan-1');
  expect(click('Pause for 1 hour')).toBe(`pause ${at(14, 5).toISOString()}`);
  expect(click('Pause until tomorrow')).toBe(`pause ${new Date(2026, 10, 21, 6).toISOString()}`);
  expect(click('Pause until resumed')).toBe('pause until resumed');
  expect(click('Open Snapkeep')).toBe('open');
  expect(click('Quit')).toBe('quit');
  expect(click('Resume')).toBeUndefined();
});

test('what is paused can be resumed, and nothing can be backed up without plans', () => {
  const { items, click } = menuOf([], pausedUntil(null));
  expect(click('Resume')).toBe('resume');
  expect(click('Pause for 1 hour')).toBeUndefined();
  expect(items.find((item) => item.label === 'Back up now')?.enabled).toBe(false);
});

test('an ampersand in a name is shown', () => {
  const state = trayState([summary('R&D', 'ok')], null, now);
  expect(trayMenu(state, {} as TrayActions)[2]?.submenu).toMatchObject([{ label: 'R&&D' }]);
});

test.each<[NodeJS.Platform, string]>([
  ['linux', 'attention.png'],
  ['win32', 'attention.ico'],
  ['darwin', 'attentionTemplate.png'],
])('on %s the icon is %s', (platform, name) => {
  expect(trayIconFile('/app', 'attention', platform)).toBe(`/app/assets/tray/${name}`);
});
