import { type Command, InvalidArgumentError } from 'commander';
import { KEEP_ALL, type Retention } from '../../../src-shared/model/plan.ts';
import { weekdayNumber } from '../../../src-shared/words/weekdays.ts';
import { wholeNumber } from '../command.ts';

/** The rules of a retention as given to a command. */
export interface RetentionOptions {
  keepLast?: number;
  keepDays?: number;
  keepDaily?: number;
  keepWeekly?: number;
  weekday?: number;
  keepMonthly?: number;
  keepYearly?: number;
  keepMinimum?: number;
}

/** Adds the options of a retention to a command. */
export function addRetentionOptions(command: Command): Command {
  return command
    .option('--keep-last <n>', 'keep the N most recent snapshots', wholeNumber)
    .option('--keep-days <n>', 'keep all snapshots of the N days up to the most recent one', wholeNumber)
    .option('--keep-daily <n>', 'keep the most recent snapshot of each of N days', wholeNumber)
    .option('--keep-weekly <n>', 'keep the most recent snapshot of each of N weeks', wholeNumber)
    .option('--weekday <day>', 'weekday of the weekly snapshots: mon, tue … sun', weekday)
    .option('--keep-monthly <n>', 'keep the most recent snapshot of each of N months', wholeNumber)
    .option('--keep-yearly <n>', 'keep the most recent snapshot of each of N years', wholeNumber)
    .option('--keep-minimum <n>', 'always keep at least N good snapshots', wholeNumber);
}

/** The retention that was asked for; `undefined` when none of its options was given. */
export function retentionOf(options: RetentionOptions): Retention | undefined {
  const { keepLast, keepDays, keepDaily, keepWeekly, weekday: day, keepMonthly, keepYearly, keepMinimum } = options;
  const given = [keepLast, keepDays, keepDaily, keepWeekly, keepMonthly, keepYearly, keepMinimum];
  if (given.every((value) => value === undefined)) return undefined;
  return {
    keepLast: keepLast ?? null,
    keepDays: keepDays ?? null,
    daily: keepDaily ?? 0,
    weekly: keepWeekly ?? 0,
    weekday: day ?? null,
    monthly: keepMonthly ?? 0,
    yearly: keepYearly ?? 0,
    minimum: keepMinimum ?? KEEP_ALL.minimum,
  };
}

function weekday(text: string): number {
  const day = weekdayNumber(text);
  if (day === 0) throw new InvalidArgumentError('Must be one of mon, tue, wed, thu, fri, sat, sun.');
  return day;
}
