import type { Command } from 'commander';
import type { HistoryReach } from '../../../src-shared/model/history/history-reach.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { lossInWords } from '../../../src-shared/words/history-words.ts';
import { reasonInWords, stateLabel } from '../../../src-shared/words/plan-state-words.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { linesOr, print, UsageError, writeText } from '../output.ts';

/** `status`: what the plans come to. */
export function addStatusCommand(program: Command): void {
  json(program.command('status'))
    .summary('show the status of every plan')
    .option('--prometheus', 'print metrics for Prometheus (textfile collector of node_exporter)')
    .action(
      inSession(async (session, options: { json?: boolean; prometheus?: boolean }) => {
        // Where no host stays that would check every hour, this request is the time to check.
        await session.call('plans.check', {});
        const plans = await session.call('plans.list', {});
        if (options.prometheus === true) {
          if (options.json === true) throw new UsageError('Use either --json or --prometheus.');
          const { metricsOf } = await import('../../../src-shared/rules/state/metrics.ts');
          writeText(metricsOf(plans, Date.now()));
          return;
        }
        const words = plans.flatMap((summary) => statusInWords(summary, Date.now()));
        print(plans.map(withStatus), linesOr(words, 'No plans yet.'));
      }),
    );
}

/** What is asked of a backup by who looks after it: is it on, where, how long, how many, when, how it went. */
function shortStatus({ plan, schedule, destinations, snapshotCount, lastBackupAt, lastBackup }: PlanSummary) {
  return {
    enabled: plan.schedule.kind !== 'manual' && schedule.paused === null,
    folders: destinations.map(({ label }) => label),
    retention: keptInWords(plan.retention),
    schedule: schedule.words,
    count: snapshotCount,
    newestAt: lastBackupAt,
    lastBackup: lastBackup && {
      at: lastBackup.finishedAt ?? lastBackup.startedAt ?? lastBackup.queuedAt,
      status: lastBackup.state,
      sizeBytes: lastBackup.result?.kind === 'backup' ? lastBackup.result.sizeBytes : null,
      error: lastBackup.error?.message ?? null,
    },
  };
}

const withStatus = (summary: PlanSummary) => ({ ...summary, status: shortStatus(summary) });

function statusInWords(summary: PlanSummary, now: number): string[] {
  const { plan, reason, notes, storedBytes, history } = summary;
  const { enabled, folders, retention, schedule, count, newestAt, lastBackup } = shortStatus(summary);
  const size = lastBackup?.sizeBytes == null ? '' : `, ${bytesInWords(lastBackup.sizeBytes)}`;
  const last = lastBackup === null ? 'none yet' : `${lastBackup.at}, ${lastBackup.status}${size}`;
  return [
    `${plan.name}: ${stateLabel(summary)}. ${reasonInWords(summary, now)}`,
    `  enabled      ${enabled ? 'yes' : 'no'}: ${schedule}`,
    `  retention    ${retention}`,
    `  stored in    ${folders.join(', ')}`,
    `  snapshots    ${count}, ${bytesInWords(storedBytes)}${newestAt === null ? '' : `, newest from ${newestAt}`}`,
    ...(history === null ? [] : [`  history      ${historyInWords(history)}`]),
    `  last backup  ${last}${lastBackup?.error == null ? '' : `. ${lastBackup.error}`}`,
    ...notes.filter((note) => note !== reason).map((note) => `  note         ${note}`),
  ];
}

function historyInWords(history: HistoryReach): string {
  const { oldest } = history;
  if (oldest === null) return 'nothing has been captured yet';
  return `oldest restore point ${oldest.madeAt}, maximum data loss ${lossInWords(history)}`;
}
