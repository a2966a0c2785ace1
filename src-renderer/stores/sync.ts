import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { EventName } from '../../src-shared/contract/events.ts';
import type { MethodName } from '../../src-shared/contract/methods.ts';
import { client } from '../api/client.ts';
import { showError } from '../components/errors.tsx';
import { answers, KEPT } from './core.ts';
import { putRun } from './runs.ts';

/** The answers that an event makes out of date. A summary of a plan says how its destinations stand. */
const OUTDATED: Partial<Record<EventName, readonly MethodName[]>> = {
  'plans.changed': ['plans.list', 'recoveryKit.status', 'restoreTests.list'],
  'destinations.changed': ['destinations.list', 'plans.list', 'recoveryKit.status'],
  'alerts.undelivered': ['alerts.undelivered'],
};

/** Keeps the answers of the core up to date: everything once per connection, then what events say. */
export function startSync(): void {
  for (const method of KEPT) answers.watch(method, {}, showError);
  for (const [event, methods] of Object.entries(OUTDATED))
    client.on(event as EventName, (_payload, revision) => {
      for (const method of methods) answers.invalidate(method, revision);
    });
  client.on('snapshots.changed', ({ planId }, revision) =>
    answers.invalidate('snapshots.list', revision, (params) => planId === null || params.planId === planId),
  );
  client.on('run.changed', ({ run }, revision) => {
    // Its log has grown when its state has changed.
    if (putRun(run, revision)) answers.invalidate('runs.get', revision, (params) => params.runId === run.id);
  });
  client.on('settings.changed', ({ settings }, revision) =>
    answers.patch('settings.get', {}, revision, () => settings),
  );
  client.on('schedules.changed', ({ paused }, revision) =>
    answers.patch('schedules.status', {}, revision, (status) => ({ ...status, paused })),
  );
  client.on('alerts.undelivered', ({ channel, message }) =>
    showError(new SnapkeepError('UNAVAILABLE', `Alert not delivered (${channel}). ${message}`)),
  );
  // What it finds comes by events.
  client.onResync(() => {
    client.call('plans.check', {}).catch((error: unknown) => {
      // A lost connection has its own banner.
      if (!(error instanceof SnapkeepError && error.code === 'UNAVAILABLE')) showError(error);
    });
  });
}
