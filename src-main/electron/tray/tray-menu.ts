import type { MenuItemConstructorOptions } from 'electron';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import type { Pause } from '../../../src-shared/model/schedule.ts';
import { isPauseOver } from '../../../src-shared/schedule/pauses.ts';
import { PAUSES, pauseInWords } from '../../../src-shared/words/pause-words.ts';
import { overallStatus } from '../../../src-shared/words/plan-state-words.ts';

/** What the icon says. */
export type TrayStatus = 'ok' | 'running' | 'attention';

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
  /** Pauses all schedules; `null`: until resumed. */
  pause(until: Date | null): void;
  resume(): void;
  open(): void;
  quit(): void;
}

/** Sums up what the tray shows. @param paused the pause of everything */
export function trayState(plans: readonly PlanSummary[], paused: Pause | null, now: Date): TrayState {
  const { attention, running, sentence: line } = overallStatus(plans);
  const status = attention ? 'attention' : running ? 'running' : 'ok';
  const pause = paused === null || isPauseOver(paused, now.getTime()) ? null : paused;
  return {
    status,
    line:
      pause === null
        ? line
        : status === 'ok'
          ? pauseInWords(pause, now.getTime())
          : `${line} · ${pauseInWords(pause, now.getTime())}`,
    plans: plans.map(({ plan, activeRun }) => ({ id: plan.id, name: plan.name, canStart: activeRun === null })),
    paused: pause !== null,
  };
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
    ? [{ label: 'Resume', click: () => actions.resume() }]
    : PAUSES.map(({ label, until }) => ({
        label: `Pause ${label.toLowerCase()}`,
        click: () => actions.pause(until(now())),
      }));
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
