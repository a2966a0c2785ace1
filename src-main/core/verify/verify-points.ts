import { hasHistory } from '../../../src-shared/model/history/history-settings.ts';
import { pointsToVerify } from '../../../src-shared/retention/points-to-verify.ts';
import type { CoreContext } from '../core-context.ts';
import { pointSource } from '../history/fetch-point.ts';
import { startVerification } from './start-verification.ts';

/** Queues the verifications of points that are due: each restores one to a temporary location. */
export function verifyPoints(core: CoreContext): void {
  const { catalog, clock, ports, runs } = core;
  if (catalog.settings.get().notOnBattery && ports.power?.onBattery()) return;
  for (const { id, history } of catalog.plans.list()) {
    const stored = catalog.histories.ofPlan(id);
    const isGoingOn = runs.active().some(({ kind, planId }) => kind === 'verify' && planId === id);
    if (!hasHistory(history) || stored === undefined || isGoingOn) continue;
    const due = pointsToVerify(catalog.points.verifiable(stored.id), clock.now().getTime(), Math.random);
    for (const txid of due) startVerification(core, { point: pointSource(core, id, txid) }, undefined);
  }
}
