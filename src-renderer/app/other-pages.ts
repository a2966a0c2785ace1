/* Every page but Home: one file, which the window reads after it has opened. */

export { ActivityPage } from '../features/activity/activity-page.tsx';
export { BrowsePage } from '../features/browse/browse-page.tsx';
export { DatabasesPage } from '../features/databases/databases-page.tsx';
export { DestinationsPage } from '../features/destinations/destinations-page.tsx';
export { FindDatabasesPage } from '../features/find-databases/find-databases-page.tsx';
export { ReplicaPage } from '../features/history/replica-page.tsx';
export { NewPlanPage } from '../features/new-plan/new-plan-page.tsx';
export { PlanPage } from '../features/plans/plan-page.tsx';
export { RecoverPage } from '../features/recover-plans/recover-page.tsx';
export { RecoveryKitPage } from '../features/recovery-kit/recovery-kit-page.tsx';
export { SettingsPage } from '../features/settings/settings-page.tsx';
