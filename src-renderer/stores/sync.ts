import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { client } from '../api/client.ts';
import { browserSession } from '../api/session.ts';
import { showError } from '../components/errors.tsx';
import { useAppStore } from './app-store.ts';
import { fetchDestinations } from './destinations-store.ts';
import { fetchPlans } from './plans-store.ts';
import { fetchRecoveryKitState } from './recovery-kit-store.ts';
import { putRun, useRunsStore } from './runs-store.ts';
import { refreshSnapshots } from './snapshots-store.ts';

/** Keeps the stores in step with the core: everything once per connection, then what events say. */
export function startSync(): void {
  if (window.snapkeepBridge === undefined) followSession();
  client.onConnection((connected) => useAppStore.setState({ connected }));
  client.onResync(() => run(fetchEverything()));
  const fetchPlansSoon = coalesce(fetchPlans);
  const fetchDestinationsSoon = coalesce(fetchDestinations);
  const fetchKitSoon = coalesce(fetchRecoveryKitState);
  client.on('plans.changed', () => {
    fetchPlansSoon();
    fetchKitSoon();
  });
  client.on('destinations.changed', () => {
    fetchDestinationsSoon();
    // A plan's summary says how its destinations stand.
    fetchPlansSoon();
    fetchKitSoon();
  });
  client.on('run.changed', ({ run: changed }) => putRun(changed));
  client.on('settings.changed', ({ settings }) => useAppStore.setState({ settings }));
  client.on('schedules.changed', ({ paused }) => useAppStore.setState({ paused }));
  client.on('alerts.undelivered', ({ channel, message }) =>
    showError(new SnapkeepError('UNAVAILABLE', `Alert not delivered (${channel}). ${message}`)),
  );
  const refreshSoon = coalesce(() => refreshSnapshots(null));
  client.on('snapshots.changed', refreshSoon);
}

/** Shows the login while this browser has no session. */
function followSession(): void {
  const tell = (): void => useAppStore.setState({ loggedIn: browserSession.token !== null });
  browserSession.onChange(tell);
  tell();
}

async function fetchEverything(): Promise<void> {
  const [info, settings, runs, { paused }] = await Promise.all([
    client.call('app.info', {}),
    client.call('settings.get', {}),
    client.call('runs.list', {}),
    client.call('schedules.status', {}),
  ]);
  useAppStore.setState({ info, settings, paused });
  useRunsStore.setState({ runs });
  await Promise.all([fetchPlans(), fetchDestinations(), fetchRecoveryKitState(), refreshSnapshots(null)]);
  // What it finds comes by events.
  run(client.call('plans.check', {}).then(() => undefined));
}

/** Many events in a row lead to one fetch, and one more if something came while it went on. */
function coalesce(fetch: () => Promise<void>): () => void {
  let going = false;
  let again = false;
  const go = async (): Promise<void> => {
    going = true;
    do {
      again = false;
      await fetch();
    } while (again);
  };
  return () => {
    if (going) again = true;
    else
      run(
        go().finally(() => {
          going = false;
        }),
      );
  };
}

function run(work: Promise<void>): void {
  work.catch((error: unknown) => {
    // A lost connection has its own banner, and everything is fetched again after reconnecting.
    if (!(error instanceof SnapkeepError && error.code === 'UNAVAILABLE')) showError(error);
  });
}
