import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { client } from '../api/client.ts';
import { showError } from '../components/messages/errors.tsx';
import { answers, KEPT } from './core.ts';
import { ListedItems } from './listed-items.ts';
import { putRun } from './runs.ts';

/** The recovery kit contains settings of plans and destinations. */
const kitChanged = (revision: number): void => {
  for (const method of ['recoveryKit.status', 'recoveryKit.make'] as const) answers.invalidate(method, revision);
};

const plans = new ListedItems(
  client,
  answers,
  { method: 'plans.list', paramsOf: (planIds) => ({ planIds }), settingsOf: ({ plan }) => plan },
  kitChanged,
);
const destinations = new ListedItems(
  client,
  answers,
  {
    method: 'destinations.list',
    paramsOf: (destinationIds) => ({ destinationIds }),
    settingsOf: ({ destination }) => destination,
  },
  kitChanged,
);

/** Keeps the answers of the core up to date: all of them once per connection, then changes by events. */
export function startSync(): void {
  for (const method of KEPT) answers.watch(method, {}, showError);
  client.on('plans.changed', ({ planIds }, revision) => {
    plans.changed(planIds, revision);
    answers.invalidate('restoreTests.list', revision, ({ planId }) => planIds?.includes(planId) ?? true);
    answers.invalidate('databases.listFound', revision);
    for (const method of ['history.points', 'history.summary', 'history.timeline'] as const)
      answers.invalidate(method, revision, ({ planId }) => planIds?.includes(planId) ?? true);
  });
  client.on('databases.changed', (_nothing, revision) => answers.invalidate('databases.listFound', revision));
  client.on('rows.found', ({ runId }, revision) =>
    answers.invalidate('rows.listFound', revision, (params) => params.runId === runId),
  );
  client.on('destinations.changed', ({ destinationIds }, revision) => {
    destinations.changed(destinationIds, revision);
    answers.invalidate(
      'destinations.storage',
      revision,
      ({ destinationId }) => destinationIds?.includes(destinationId) ?? true,
    );
  });
  client.on('snapshots.changed', ({ planId }, revision) => {
    answers.invalidate('trash.list', revision);
    answers.invalidate('plans.storage', revision, (params) => planId === null || params.planId === planId);
    answers.invalidate(
      'snapshots.list',
      revision,
      ({ planId: asked }) => planId === null || asked === undefined || asked === planId,
    );
  });
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
  client.on('recoveryKit.saved', ({ status }, revision) =>
    answers.patch('recoveryKit.status', {}, revision, () => status),
  );
  client.on('alerts.undelivered', ({ channel, message }, revision) => {
    answers.invalidate('alerts.undelivered', revision);
    showError(new SnapkeepError('UNAVAILABLE', `Alert not delivered (${channel}). ${message}`));
  });
  client.onResync(checkPlans);
  // A window that comes back from the tray, or a tab from behind others.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') checkPlans();
  });
}

let isChecking = false;

/** Has the sources and destinations of all plans checked, once at a time; what is found arrives as events. */
function checkPlans(): void {
  if (isChecking) return;
  isChecking = true;
  client
    .call('plans.check', {})
    .catch((error: unknown) => {
      // A lost connection has its own banner.
      if (!(error instanceof SnapkeepError && error.code === 'UNAVAILABLE')) showError(error);
    })
    .finally(() => {
      isChecking = false;
    });
}
