import type { PlanSummary } from '../../model/plan.ts';

interface Metric {
  name: string;
  help: string;
  /** `null`: nothing is known, and the line is left out. */
  value(summary: PlanSummary, now: number): number | null;
}

const seconds = (instant: string): number => Math.floor(Date.parse(instant) / 1000);

const METRICS: readonly Metric[] = [
  {
    name: 'snapkeep_last_success_timestamp_seconds',
    help: 'When the newest snapshot was taken; of a history alone, when it was current.',
    value: ({ lastBackupAt }) => (lastBackupAt === null ? null : seconds(lastBackupAt)),
  },
  {
    name: 'snapkeep_last_duration_seconds',
    help: 'How long the last backup took.',
    value: ({ lastBackup }) =>
      lastBackup?.startedAt == null || lastBackup.finishedAt === null
        ? null
        : (Date.parse(lastBackup.finishedAt) - Date.parse(lastBackup.startedAt)) / 1000,
  },
  {
    name: 'snapkeep_last_size_bytes',
    help: 'The stored size of the newest snapshot.',
    value: ({ newest }) => newest?.diskBytes ?? null,
  },
  { name: 'snapkeep_stored_bytes', help: 'The stored size of all snapshots.', value: ({ storedBytes }) => storedBytes },
  { name: 'snapkeep_snapshots', help: 'Number of snapshots.', value: ({ snapshotCount }) => snapshotCount },
  {
    name: 'snapkeep_overdue',
    help: '1 when the newest snapshot is older than the schedule allows.',
    value: ({ state }) => (state === 'overdue' ? 1 : 0),
  },
  {
    name: 'snapkeep_ok',
    help: '1 when the plan is OK, also on one disk.',
    value: ({ state }) => (state === 'ok' || state === 'ok-one-disk' ? 1 : 0),
  },
  {
    name: 'snapkeep_one_disk',
    help: '1 when the plan is OK and every snapshot is on the disk of its source.',
    value: ({ state }) => (state === 'ok-one-disk' ? 1 : 0),
  },
  {
    name: 'snapkeep_missing_copies',
    help: 'Number of copies missing at their destinations.',
    value: ({ destinations }) => destinations.reduce((sum, { missingCopies }) => sum + missingCopies, 0),
  },
  {
    name: 'snapkeep_failed',
    help: '1 when the last backup, its verification or the last restore test failed.',
    value: ({ state }) => (state === 'failed' ? 1 : 0),
  },
  {
    name: 'snapkeep_history_oldest_timestamp_seconds',
    help: 'When the oldest point in time was made.',
    value: ({ history }) => (history?.oldest == null ? null : seconds(history.oldest.madeAt)),
  },
  {
    name: 'snapkeep_history_maximum_data_loss_seconds',
    help: 'The longest time within the last day for which changes were not stored.',
    value: ({ history }) => (history?.maximumDataLossMs == null ? null : Math.ceil(history.maximumDataLossMs / 1000)),
  },
  {
    name: 'snapkeep_verified_age_seconds',
    help: 'How long ago the newest snapshot was verified.',
    value: ({ newest }, now) =>
      newest?.verification.valid === true && newest.verification.at !== null
        ? Math.max(0, Math.floor(now / 1000) - seconds(newest.verification.at))
        : null,
  },
];

/**
 * Where every plan stands, for Prometheus (text exposition format 0.0.4).
 * @param now milliseconds since 1970
 */
export function metricsOf(plans: readonly PlanSummary[], now: number): string {
  const lines = METRICS.flatMap(({ name, help, value }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...plans.flatMap((summary) => {
      const found = value(summary, now);
      return found === null ? [] : [`${name}{plan="${label(summary.plan.name)}"} ${found}`];
    }),
  ]);
  const copies = 'snapkeep_copies_waiting';
  lines.push(
    `# HELP ${copies} Number of snapshots waiting to be copied to a destination.`,
    `# TYPE ${copies} gauge`,
    ...plans.flatMap(({ plan, destinations }) =>
      destinations.map(
        ({ name, waitingCopies }) =>
          `${copies}{plan="${label(plan.name)}",destination="${label(name)}"} ${waitingCopies}`,
      ),
    ),
  );
  return `${lines.join('\n')}\n`;
}

const label = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
