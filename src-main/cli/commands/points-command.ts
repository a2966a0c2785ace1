import type { Command } from 'commander';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { Point } from '../../../src-shared/model/history/point.ts';
import { changeInWords, eventsInWords } from '../../../src-shared/words/history-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { instantOf } from '../options/point-options.ts';
import { linesOr, print } from '../output.ts';
import type { Session } from '../session.ts';

interface PointsOptions {
  from?: string;
  to?: string;
}

/** The longest page of points. */
const MOST_ON_A_PAGE = 500;

/** `points`: lists the points in time of a plan. */
export function addPointsCommand(program: Command): void {
  json(program.command('points'))
    .summary('list the points in time of a plan')
    .description(
      'Lists the points in the history of a plan, the newest first, with what has changed since the one before. A point can be verified, compared and restored like a snapshot.',
    )
    .argument('<plan>', 'name or id of a plan')
    .option('--from <time>', 'only points at this time or later, for example "2026-11-30 14:00"')
    .option('--to <time>', 'only points at this time or earlier')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep points shop --from "2026-11-30 14:00"\n  snapkeep restore shop --at "2026-11-30 14:05"',
    )
    .action(inSession((session, plan: string, options: PointsOptions) => list(session, plan, options)));
}

async function list(session: Session, planName: string, { from, to }: PointsOptions): Promise<void> {
  const { plan } = await session.findPlan(planName);
  const asked: Params<'history.points'> = {
    planId: plan.id,
    ...(from === undefined ? {} : { from: instantOf(from) }),
    ...(to === undefined ? {} : { to: instantOf(to) }),
  };
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

function inWords(point: Point): string {
  const { txid, madeAt, bytes, events, pinned } = point;
  const what = [changeInWords(point), bytesInWords(bytes), eventsInWords(events), pinned ? 'pinned' : ''];
  return `${madeAt}  ${String(txid).padStart(6)}  ${what.filter((each) => each !== '').join(', ')}`;
}
