import type { Alert, AlertChannel } from '../../../src-shared/model/alert.ts';
import type { PlanState, PlanSummary } from '../../../src-shared/model/plan.ts';
import { decideAlert, howToMend } from '../../../src-shared/rules/alerting.ts';
import { planSentence } from '../../../src-shared/rules/plan-state-words.ts';
import type { Background } from '../background.ts';
import type { AlertRepo, AlertState } from '../catalog/alert-repo.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Clock } from '../ports.ts';
import type { Channels } from './channels.ts';

/** So often it is tried to get an alert through, once a look. */
const MOST_TRIES = 30;

/** What the watchdog needs of the core. */
export interface WatchdogPorts {
  readonly clock: Clock;
  readonly alerts: Pick<AlertRepo, 'get' | 'save'>;
  readonly channels: Channels;
  readonly background: Pick<Background, 'append'>;
  plans(): PlanSummary[];
  /** An alert did not get through. */
  undelivered(channel: AlertChannel, message: string): void;
}

interface Delivery {
  channel: AlertChannel;
  alert: Alert;
  tries: number;
}

/**
 * Tells people when a plan is in trouble. It looks at what is there, not at what the scheduler says: should that be
 * dead, backups become overdue all the same.
 */
export class Watchdog {
  readonly #ports: WatchdogPorts;
  #undelivered: Delivery[] = [];
  /** What was told and could not be written down: a full disk must neither silence an alert nor have it told each minute. */
  readonly #unsaved = new Map<string, AlertState>();

  constructor(ports: WatchdogPorts) {
    this.#ports = ports;
  }

  /** Looks at every plan and tells what there is to tell. */
  look(): void {
    const alerts = this.#ports.plans().flatMap((summary) => this.#judge(summary) ?? []);
    const again = this.#undelivered;
    this.#undelivered = [];
    const deliveries = alerts.flatMap((alert) =>
      this.#ports.channels.inUse(alert).map((channel) => ({ channel, alert, tries: 0 })),
    );
    for (const delivery of [...again, ...deliveries])
      this.#ports.background.append('delivery of alerts', () => this.#deliver(delivery));
  }

  #judge({ plan, state, reason, ...summary }: PlanSummary): Alert | undefined {
    const pruningPaused = summary.pruningPaused || null;
    const now = this.#ports.clock.now();
    const unsaved = this.#unsaved.get(plan.id);
    const before = unsaved ?? this.#ports.alerts.get(plan.id);
    const { told, kind } = decideAlert(before, state, now, pruningPaused !== null);
    if (unsaved !== undefined || JSON.stringify(told) !== JSON.stringify(before)) this.#remember(plan.id, told);
    if (kind === null) return undefined;
    const review = pruningPaused === null ? '' : 'Review why pruning is paused, then let it continue.';
    const paused = pruningPaused === null || pruningPaused === reason ? '' : pruningPaused;
    const parts = kind === 'mended' ? [reason] : [reason, howToMend(told.state), paused, review];
    const message = parts.filter((part) => part !== '').join(' ');
    return {
      kind,
      planId: plan.id,
      planName: plan.name,
      state: told.state,
      at: now.toISOString(),
      since: told.since,
      title: titleOf(plan.name, told.state, kind, pruningPaused === reason),
      message,
    };
  }

  #remember(planId: string, told: AlertState): void {
    try {
      this.#ports.alerts.save(planId, told);
      this.#unsaved.delete(planId);
    } catch {
      // Tried again with every look.
      this.#unsaved.set(planId, told);
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    try {
      await this.#ports.channels.send(delivery.channel, delivery.alert);
    } catch (error) {
      if (delivery.tries === 0)
        this.#ports.undelivered(delivery.channel, explainError(error, delivery.channel).message);
      if (delivery.tries + 1 < MOST_TRIES) this.#undelivered.push({ ...delivery, tries: delivery.tries + 1 });
    }
  }
}

/** @param pruning it is the pruning of the plan that is paused, not its backups */
function titleOf(name: string, state: PlanState, kind: Alert['kind'], pruning: boolean): string {
  if (kind === 'mended') return `${name} recovered`;
  return planSentence(pruning ? `Pruning of ${name}` : name, state, kind === 'reminder');
}
