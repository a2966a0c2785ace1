import type { AlertDelivery } from './alerts/alert-delivery.ts';
import type { Channels } from './alerts/channels.ts';
import type { Watchdog } from './alerts/watchdog.ts';
import type { AutomaticWork } from './automatic-work.ts';
import type { OpenCopies } from './browse/open-copies.ts';
import type { Views } from './browse/views.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { Copier } from './copies/copier.ts';
import type { Throttles } from './destinations/drivers/throttle.ts';
import type { EventBus } from './event-bus.ts';
import type { RowSearches } from './find-rows/row-searches.ts';
import type { Captures } from './history/captures.ts';
import type { Clock, HostPorts, Log } from './ports.ts';
import type { Background } from './process/background.ts';
import type { DataFolder } from './process/data-folder.ts';
import type { PutBackPreviews } from './put-back/put-back-previews.ts';
import type { PreparedRestores } from './restore/check/prepared-restores.ts';
import type { CleanUp } from './runs/clean-up.ts';
import type { RunOutputs } from './runs/run-outputs.ts';
import type { Runs } from './runs/runs.ts';
import type { RunInWorker } from './runs/task-process.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import type { DatabaseKeys } from './secrets/database-keys.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import type { SnapshotSecrets } from './secrets/snapshot-secrets.ts';

/** What handlers and jobs share. Made once, by `createCore`. */
export interface CoreContext {
  readonly dataFolder: DataFolder;
  readonly catalog: Catalog;
  readonly runs: Runs;
  readonly prepared: PreparedRestores;
  /** The unpacked images that are read, and what reads them. */
  readonly openCopies: OpenCopies;
  readonly views: Views;
  /** What searches for rows have found. */
  readonly rowSearches: RowSearches;
  readonly putBacks: PutBackPreviews;
  readonly outputs: RunOutputs;
  readonly automaticWork: Pick<AutomaticWork, 'serveDue' | 'settled'>;
  /** What a crash has left in folders. */
  readonly cleanUp: CleanUp;
  readonly scheduler: Scheduler;
  readonly copier: Copier;
  readonly captures: Captures;
  readonly channels: Channels;
  readonly deliveries: AlertDelivery;
  readonly watchdog: Watchdog;
  /** Work that no request and no run waits for. */
  readonly background: Background;
  readonly secrets: SecretStore;
  readonly keys: DatabaseKeys;
  readonly encryptions: SnapshotSecrets;
  readonly throttles: Throttles;
  readonly events: EventBus;
  readonly runInWorker: RunInWorker;
  readonly ports: HostPorts;
  readonly clock: Clock;
  /** The id of the service that owns this data folder. */
  readonly serviceId: string;
  readonly log: Log;
  /** Snapkeep's own version. */
  readonly version: string;
}
