import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { OldSchedule, OldSchedules } from '../../../src-shared/model/third-party/old-schedule.ts';
import { readOldSchedules } from '../../../src-shared/third-party/old-schedules.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { explainedAs } from '../../core/engine/engine-errors.ts';
import { inSession, json } from '../command.ts';
import { EXIT, linesOr, print, say, UsageError } from '../output.ts';

/** `plan read-schedule`. */
export function addReadScheduleCommand(plan: Command): void {
  json(plan.command('read-schedule'))
    .summary('show which schedules a crontab, systemd units, a script or settings describe')
    .description(
      'Passwords and keys in the file are neither stored nor printed. Exit code 3: some lines could not be read.',
    )
    .argument('<file>', 'path of the file, or “-” for standard input')
    .addHelpText('after', '\nExample:\n  crontab -l | snapkeep plan read-schedule -')
    .action(
      inSession(async (session, file: string) => {
        const read = await session.call('schedules.readOld', await textOf(file));
        for (const { line, problem } of read.unread) say(`Line ${line}: ${problem}`);
        const words = read.schedules.flatMap(inWords);
        print(read, linesOr(words, 'No schedule found.'), read.unread.length === 0 ? EXIT.done : EXIT.notValid);
      }),
    );
}

/**
 * The one schedule of a backup that stands in a file.
 * @throws UsageError when there is none, or several that differ
 */
export async function scheduleFrom(file: string): Promise<OldSchedule> {
  const { text, path } = await textOf(file);
  const { schedules, unread }: OldSchedules = readOldSchedules(text, path);
  const saying = schedules.filter(({ facts }) => facts.does === 'backup' || facts.does === 'unknown');
  // One line may do several things; only one of them is reported.
  const backups = saying.length > 0 ? saying : schedules;
  const [first, ...others] = backups;
  if (first === undefined)
    throw new UsageError(`No backup schedule found in ${file}. ${unread[0]?.problem ?? ''}`.trim());
  if (others.some(({ schedule }) => JSON.stringify(schedule) !== JSON.stringify(first.schedule)))
    throw new UsageError(
      `${file} contains ${backups.length} schedules. Keep only the line of this backup, or use --schedule.`,
    );
  // Another line may do the cleaning up.
  const retention =
    first.facts.retention ?? schedules.find(({ facts }) => facts.retention !== null)?.facts.retention ?? null;
  for (const note of first.notes) say(note);
  return { ...first, facts: { ...first.facts, retention } };
}

async function textOf(file: string): Promise<{ text: string; path?: string }> {
  if (file === '-') return { text: await readText(process.stdin) };
  const path = resolve(file);
  return { text: await readFile(path, 'utf8').catch(explainedAs(path)), path };
}

function inWords({ line, schedule, timeZone, command, facts, notes }: OldSchedule): string[] {
  const zone = timeZone === null ? '' : ` (${timeZone})`;
  const kept = facts.retention === null ? '' : `  Retention: ${keptInWords(facts.retention)}.`;
  const own = command === null ? '' : `  ${command}`;
  return [`Line ${line}: ${scheduleInWords(schedule)}${zone}.${kept}${own}`, ...notes.map((note) => `  ${note}`)];
}
