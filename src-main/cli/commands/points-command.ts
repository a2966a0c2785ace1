import type { Command } from 'commander';
import type { Params } from '../../../src-shared/contract/methods.ts';
import { MOST_REPLICA_POINTS } from '../../../src-shared/contract/replica-methods.ts';
import type { Point } from '../../../src-shared/model/history/point.ts';
import type { ReplicaPoint } from '../../../src-shared/model/history/replica.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { changeInWords, eventsInWords, TAKE_OVER_IN_WORDS } from '../../../src-shared/words/history-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { confirm } from '../confirm.ts';
import { findHistory, HISTORY_ARGUMENT, instantOf } from '../options/point-options.ts';
import { linesOr, print, say } from '../output.ts';
import type { Session } from '../session.ts';

interface PointsOptions {
  from?: string;
  to?: string;
  takeOver?: boolean;
  yes?: boolean;
}

/** The longest page of points. */
const MOST_ON_A_PAGE = 500;

/** `points`: lists the points in time of a plan. */
export function addPointsCommand(program: Command): void {
  json(program.command('points'))
    .summary('list the points in time of a plan or a Litestream replica')
    .description(
      'Lists the points in the history of a plan, the newest first, with what has changed since the one before; or the points of a replica of Litestream 0.5, which is never changed. A point can be verified, compared and restored like a snapshot.',
    )
    .argument('<plan>', HISTORY_ARGUMENT)
    .option('--from <time>', 'only points at this time or later, for example "2026-11-30 14:00"')
    .option('--to <time>', 'only points at this time or earlier')
    .option('--take-over', 'write the history here from now on, instead of another Snapkeep service')
    .option('--yes', 'skip the confirmation')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep points shop --from "2026-11-30 14:00"\n  snapkeep restore shop --at "2026-11-30 14:05"\n  snapkeep points /mnt/nas/shop-replica',
    )
    .action(inSession((session, given: string, options: PointsOptions) => list(session, given, options)));
}

async function list(session: Session, given: string, { from, to, takeOver, yes }: PointsOptions): Promise<void> {
  const found = await findHistory(session, given);
  const during = {
    ...(from === undefined ? {} : { from: instantOf(from) }),
    ...(to === undefined ? {} : { to: instantOf(to) }),
  };
  if ('replica' in found) return listReplica(session, { ...found, ...during });
  const { plan } = found;
  if (takeOver === true) await takeHistoryOver(session, plan, yes === true);
  const asked: Params<'history.points'> = { planId: plan.id, ...during };
  const points: Point[] = [];
  for (;;) {
    const last = points.at(-1);
    const before = last === undefined ? {} : { before: last.txid };
    const page = await session.call('history.points', { ...asked, ...before, limit: MOST_ON_A_PAGE });
    points.push(...page);
    if (page.length < MOST_ON_A_PAGE) break;
  }
  print(points, linesOr(points.map(inWords), `${plan.name} has no points in time.`));
}

async function listReplica(session: Session, asked: Params<'replicas.points'>): Promise<void> {
  const points: ReplicaPoint[] = [];
  for (;;) {
    const last = points.at(-1);
    const before = last === undefined ? {} : { before: last.txid };
    const page = await session.call('replicas.points', { ...asked, ...before, limit: MOST_REPLICA_POINTS });
    points.push(...page);
    if (page.length < MOST_REPLICA_POINTS) break;
  }
  print(points, linesOr(points.map(replicaPointInWords), 'The replica has no points in time.'));
}

const replicaPointInWords = ({ txid, madeAt, bytes }: ReplicaPoint): string =>
  `${madeAt}  ${String(txid).padStart(6)}  ${bytesInWords(bytes)}`;

/** Asks first: the other service stops, and keeps what it has not stored yet for itself. */
async function takeHistoryOver(session: Session, { id, name }: Pick<Plan, 'id' | 'name'>, yes: boolean): Promise<void> {
  say(TAKE_OVER_IN_WORDS);
  await confirm(yes, `Take over the history of ${name}?`, 'Nothing was taken over.');
  await session.run('history.capture', { planId: id, takeOver: true });
}

function inWords(point: Point): string {
  const { txid, madeAt, bytes, events, pinned } = point;
  const what = [changeInWords(point), bytesInWords(bytes), eventsInWords(events), pinned ? 'pinned' : ''];
  return `${madeAt}  ${String(txid).padStart(6)}  ${what.filter((each) => each !== '').join(', ')}`;
}
