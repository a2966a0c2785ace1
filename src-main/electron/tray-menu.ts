import type { MenuItemConstructorOptions } from 'electron';
import type { PlanState, PlanSummary } from '../../src-shared/model/plan.ts';
import type { Pause } from '../../src-shared/model/schedule.ts';
import { worstState } from '../../src-shared/rules/health.ts';
import { nextMorning } from '../../src-shared/rules/pause-end.ts';
import { countInWords } from '../../src-shared/rules/wording.ts';

/** What the icon says. */
export type TrayStatus = 'fine' | 'running' | 'attention';

/** All that the tray shows: plain data, so that what has not changed need not be drawn again. */
export interface TrayState {
  status: TrayStatus;
  /** One sentence about where everything stands. */
  line: string;
  plans: Array<{ id: string; name: string; canStart: boolean }>;
  paused: boolean;
}

/** What the menu's items do. */
export interface TrayActions {
  backUp(planId: string): void;
  /** `null`: schedules go on. */
  pause(until: Date | null): void;
  open(): void;
  quit(): void;
}

const ATTENTION: Readonly<Partial<Record<PlanState, string>>> = {
  failed: 'has failed',
  overdue: 'is overdue',
  unproven: 'is not proven yet',
  waiting: 'is waiting',
};

/** Sums up what the tray shows. @param paused the pause of everything */
export function trayState(plans: readonly PlanSummary[], paused: Pause | null, now: Date): TrayState {
  const status = trayStatus(plans);
  const pause = paused === null || isOver(paused, now) ? null : paused;
  const line = statusLine(plans, status);
  return {
    status,
    line:
      pause === null ? line : status === 'fine' ? pauseInWords(pause, now) : `${line} · ${pauseInWords(pause, now)}`,
    plans: plans.map(({ plan, activeRun }) => ({ id: plan.id, name: plan.name, canStart: activeRun === null })),
    paused: pause !== null,
  };
}

/** A plan without snapshots or on pause is nothing to worry about here, nor does it hide that another one runs. */
function trayStatus(plans: readonly PlanSummary[]): TrayStatus {
  const worst = worstState(plans.map(({ state }) => state).filter((state) => state !== 'empty' && state !== 'paused'));
  if (worst !== undefined && worst in ATTENTION) return 'attention';
  return worst === 'running' ? 'running' : 'fine';
}

function statusLine(plans: readonly PlanSummary[], status: TrayStatus): string {
  if (plans.length === 0) return 'Nothing is backed up yet';
  if (status === 'fine') {
    const without = plans.filter(({ state }) => state === 'empty').length;
    return without === 0
      ? 'Everything is backed up and proven'
      : `${countInWords(without, 'plan')} without a snapshot yet`;
  }
  const concerned = plans.filter(({ state }) => (status === 'running' ? state === 'running' : state in ATTENTION));
  const [first] = concerned;
  if (first === undefined || concerned.length > 1)
    return status === 'running'
      ? `${countInWords(concerned.length, 'backup')} being made`
      : `${countInWords(concerned.length, 'plan')} need attention`;
  return status === 'running'
    ? `${first.plan.name} is being backed up`
    : `${first.plan.name} ${ATTENTION[first.state]}`;
}

const isOver = ({ until }: Pause, now: Date): boolean => until !== null && Date.parse(until) <= now.getTime();

function pauseInWords({ until }: Pause, now: Date): string {
  if (until === null) return 'Paused';
  const end = new Date(until);
  const today = end.toDateString() === now.toDateString();
  if (!today && end.getTime() === nextMorning(now).getTime()) return 'Paused until tomorrow';
  const time = end.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (today) return `Paused until ${time}`;
  return `Paused until ${end.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' })}, ${time}`;
}

/** The menu for a state. */
export function trayMenu(
  state: TrayState,
  actions: TrayActions,
  now: () => Date = () => new Date(),
): MenuItemConstructorOptions[] {
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const plans = state.plans.map(({ id, name, canStart }) => ({
    label: asLabel(name),
    enabled: canStart,
    click: () => actions.backUp(id),
  }));
  const pausing: MenuItemConstructorOptions[] = state.paused
    ? [{ label: 'Resume', click: () => actions.pause(null) }]
    : [
        { label: 'Pause for 1 hour', click: () => actions.pause(new Date(now().getTime() + 3_600_000)) },
        { label: 'Pause until tomorrow', click: () => actions.pause(nextMorning(now())) },
      ];
  return [
    { label: asLabel(state.line), enabled: false },
    separator,
    { label: 'Back up now', submenu: plans, enabled: plans.length > 0 },
    ...pausing,
    separator,
    { label: 'Open Snapkeep', click: () => actions.open() },
    { label: 'Quit', click: () => actions.quit() },
  ];
}

/** An ampersand would mark a letter to press instead of being shown. */
const asLabel = (text: string): string => text.replaceAll('&', '&&');
