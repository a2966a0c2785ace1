import { openCatalog } from './open-catalog.ts';
import { AlertRepo } from './repos/alert-repo.ts';
import { CheckRepo } from './repos/check-repo.ts';
import { CopyRepo } from './repos/copy-repo.ts';
import { DestinationRepo } from './repos/destination-repo.ts';
import { FoundDatabaseRepo } from './repos/found-database-repo.ts';
import { HistoryCopyRepo } from './repos/history-copy-repo.ts';
import { HistoryRepo } from './repos/history-repo.ts';
import { KeptRepo } from './repos/kept-repo.ts';
import { PlanRepo } from './repos/plan-repo.ts';
import { PointRepo } from './repos/point-repo.ts';
import { PruneStateRepo } from './repos/prune-state-repo.ts';
import { RecoveryRepo } from './repos/recovery-repo.ts';
import { RemovedDestinations } from './repos/removed-destinations.ts';
import { RemovedPlans } from './repos/removed-plans.ts';
import { RestoreTestRepo } from './repos/restore-test-repo.ts';
import { RunRepo } from './repos/run-repo.ts';
import { SafetyAgeRepo } from './repos/safety-age-repo.ts';
import { ScheduleRepo } from './repos/schedule-repo.ts';
import { SecretRepo } from './repos/secret-repo.ts';
import { SettingsRepo } from './repos/settings-repo.ts';
import { SnapshotRepo } from './repos/snapshot-repo.ts';
import { StorageRepo } from './repos/storage-repo.ts';
import { TrashRepo } from './repos/trash-repo.ts';
import { Queries } from './sql.ts';

/** The application's own database: a cache of what the destinations hold, and the memory of plans and runs. */
export type Catalog = ReturnType<typeof createCatalog>;

/** @throws SnapkeepError `TOO_NEW` */
export function createCatalog(path: string) {
  const db = new Queries(openCatalog(path));
  return {
    plans: new PlanRepo(db),
    removedPlans: new RemovedPlans(db),
    destinations: new DestinationRepo(db),
    removedDestinations: new RemovedDestinations(db),
    snapshots: new SnapshotRepo(db),
    kept: new KeptRepo(db),
    copies: new CopyRepo(db),
    trash: new TrashRepo(db),
    safetyAges: new SafetyAgeRepo(db),
    histories: new HistoryRepo(db),
    historyCopies: new HistoryCopyRepo(db),
    points: new PointRepo(db),
    storage: new StorageRepo(db),
    runs: new RunRepo(db),
    settings: new SettingsRepo(db),
    schedules: new ScheduleRepo(db),
    alerts: new AlertRepo(db),
    checks: new CheckRepo(db),
    pruneStates: new PruneStateRepo(db),
    restoreTests: new RestoreTestRepo(db),
    foundDatabases: new FoundDatabaseRepo(db),
    secrets: new SecretRepo(db),
    recoveries: new RecoveryRepo(db),
    /** Does all of it or nothing. @param work synchronous */
    transaction: <T>(work: () => T): T => db.transaction(work),
    close: (): void => db.close(),
  };
}
