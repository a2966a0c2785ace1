import type { Alert } from '../../../src-shared/model/alert.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import type { MutedPlan } from '../../../src-shared/model/settings.ts';
import { decideAlert, remediation } from '../../../src-shared/rules/state/alerting.ts';
import type { Judged } from '../../../src-shared/rules/state/attention.ts';
import { isMuted } from '../../../src-shared/rules/state/muted-plans.ts';
import { planSentence } from '../../../src-shared/words/plan-state-words.ts';
import type { AlertRepo, AlertState } from '../catalog/repos/alert-repo.ts';
import type { Clock } from '../ports.ts';
import type { AlertDelivery } from './alert-delivery.ts';
import type { Channels } from './channels.ts';

/** What the watchdog needs of the core. */
export interface WatchdogPorts {
  readonly clock: Clock;
  readonly alerts: Pick<AlertRepo, 'get' | 'save'>;
  readonly channels: Pick<Channels, 'inUse'>;
  readonly deliveries: Pick<AlertDelivery, 'add'>;
  /** The plans for whose present state no reminder is sent. */
  muted(): readonly MutedPlan[];
  /** @param planIds without them, all plans */
  plans(planIds?: readonly string[]): PlanSummary[];
}

/**
 * Tells people when a plan is in trouble. It checks what is stored, not what the scheduler says: should that be
 * dead, backups become overdue anyway.
 */
export class Watchdog {
  readonly #ports: WatchdogPorts;
  /** What was told and could not be written down: a full disk must neither silence an alert nor have it told each minute. */
  readonly #unsaved = new Map<string, AlertState>();

  constructor(ports: WatchdogPorts) {
    this.#ports = ports;
  }

  /** Looks at plans and has told what there is to tell. @param planIds without them, every plan */
  tick(planIds?: readonly string[]): void {
    for (const summary of this.#ports.plans(planIds)) {
      const alert = this.#judge(summary);
      if (alert === undefined) continue;
      if (alert.kind === 'reminder' && isMuted(this.#ports.muted(), summary.plan.id, summary.state)) continue;
      for (const channel of this.#ports.channels.inUse(alert)) this.#ports.deliveries.add(channel, alert);
    }
  }

  #judge({ plan, state, reason, ...summary }: PlanSummary): Alert | undefined {
    const pruningPaused = summary.pruningPaused || null;
    const now = this.#ports.clock.now();
    const unsaved = this.#unsaved.get(plan.id);
    const before = unsaved ?? this.#ports.alerts.get(plan.id);
    const { told, kind } = decideAlert(before, state, now, pruningPaused !== null);
    if (unsaved !== undefined || JSON.stringify(told) !== JSON.stringify(before)) this.#remember(plan.id, told);
    if (kind === null) return undefined;
    const review = pruningPaused === null ? '' : 'Review why pruning is paused, then resume it.';
    const paused = pruningPaused === null || pruningPaused === reason ? '' : pruningPaused;
    const parts = kind === 'mended' ? [reason] : [reason, remediation(told.state), paused, review];
    const message = parts.filter((part) => part !== '').join(' ');
    return {
      kind,
      planId: plan.id,
      planName: plan.name,
      state: told.state,
      at: now.toISOString(),
      since: told.since,
      title: titleOf(plan.name, { state: told.state, pruningPaused }, kind),
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
}

function titleOf(name: string, judged: Judged, kind: Alert['kind']): string {
  return kind === 'mended' ? `${name} recovered` : planSentence(name, judged, kind === 'reminder');
}
