import { type Command, InvalidArgumentError } from 'commander';
import { KEEP_ALL, type Retention } from '../../../src-shared/model/plan.ts';
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

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Adds the options of a retention to a command. */
export function addRetentionOptions(command: Command): Command {
  return command
    .option('--keep-last <n>', 'keep the newest so many', wholeNumber)
    .option('--keep-days <n>', 'keep everything of so many days up to the newest', wholeNumber)
    .option('--keep-daily <n>', 'keep the newest of each of so many days', wholeNumber)
    .option('--keep-weekly <n>', 'keep the newest of each of so many weeks', wholeNumber)
    .option('--weekday <day>', 'a week is kept by this day alone: mon, tue … sun', weekday)
    .option('--keep-monthly <n>', 'keep the newest of each of so many months', wholeNumber)
    .option('--keep-yearly <n>', 'keep the newest of each of so many years', wholeNumber)
    .option('--keep-minimum <n>', 'never fewer good ones than this', wholeNumber);
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
  const index = WEEKDAYS.indexOf(text.toLowerCase().slice(0, 3));
  if (index < 0) throw new InvalidArgumentError('It must be one of mon, tue, wed, thu, fri, sat, sun.');
  return index + 1;
}
