import type { Schedule } from '../model/schedule.ts';
import type { OldSchedule, OldSchedules } from '../model/third-party/old-schedule.ts';
import { isSecretName, secretNotes } from '../rules/secrets/without-secrets.ts';
import { type ReadSchedule, readCronFields, readNamedTime } from './cron-line.ts';
import { readOldCommand, type Variables } from './old-command-facts.ts';
import { isKnownSetting, readProgramSettings } from './old-program-settings.ts';
import { readSystemdUnits } from './systemd-units.ts';

/** Users that the systems and the known programs run commands as; any other word there is the command. */
const USERS = /^(root|daemon|nobody|www-data|hone|portunus|openmemory|soundbox|pisovereign)$/;

/** When scripts in `/etc/cron.daily` and its like are run, as Debian sets it. */
const RUN_PARTS: Record<string, Schedule> = {
  hourly: { kind: 'cron', expression: '17 * * * *' },
  daily: { kind: 'daily', time: '06:25' },
  weekly: { kind: 'weekly', days: [7], time: '06:47' },
  monthly: { kind: 'monthly', day: 1, time: '06:52' },
};

const SCRIPT_PATH = /^\/etc\/cron\.(hourly|daily|weekly|monthly)\/\S+$/;
/** The path of a script as people write it over what they paste. */
const SCRIPT_REMARK = /^(?:#![^\n]*\n)?#\s*(\/etc\/cron\.\S+)\s*\n/;

/** Crontabs, units and scripts are shorter, in characters. */
const LONGEST_TEXT = 100_000;
/** Cron reads no line that is longer; a longer one is passed over as a remark. */
const LONGEST_LINE = 4000;

/**
 * Reads what ran backups so far: a crontab of a user or of the system, systemd units, a script of `/etc/cron.daily`, or
 * the settings of a program that has a scheduler. Which it is follows from the text, and from its path where
 * there is one. Secrets that stand in it are in no part of the answer.
 * @param path where the text was, for example `/etc/cron.d/backup`
 */
export function readOldSchedules(text: string, path?: string): OldSchedules {
  if (text.length > LONGEST_TEXT)
    return {
      schedules: [],
      unread: [{ line: 1, problem: 'The text is too long. Paste only the lines that run backups.' }],
    };
  const script = SCRIPT_PATH.exec(path ?? '') ?? SCRIPT_PATH.exec(SCRIPT_REMARK.exec(text)?.[1] ?? '');
  if (script?.[1] !== undefined) return readScript(text, script[1], script[0]);
  if (text.startsWith('#!'))
    return {
      schedules: [],
      unread: [{ line: 1, problem: 'This is a script, which has no times. Paste the line that runs it.' }],
    };
  const lines = text.split(/\r?\n/).map((line) => (line.length > LONGEST_LINE ? '#' : line));
  if (/^[ \t]*\[(Timer|Service|Unit)\][ \t]*\r?$/m.test(text)) return readSystemdUnits(lines);
  const settings = lines.some((line) => isKnownSetting(line)) && !lines.some((line) => CRON_LINE.test(line));
  if (settings) return readProgramSettings(lines);
  return readCrontab(lines, path === undefined ? null : /^\/etc\/(crontab$|cron\.d\/)/.test(path));
}

function readScript(text: string, often: string, path: string): OldSchedules {
  const schedule = RUN_PARTS[often];
  if (schedule === undefined) return { schedules: [], unread: [] };
  const { command: _text, ...facts } = readOldCommand(text);
  const notes = [
    'The system decides when scripts in this folder run; this is Debian’s default time. anacron may run them later.',
    ...secretNotes(facts.secrets),
  ];
  return { schedules: [{ line: 1, schedule, timeZone: null, command: path, facts, notes }], unread: [] };
}

const CRON_LINE = /^\s*(?:@\w+|(?:[\d*][^\s=]*\s+){2}\S+\s+\S+\s+\S+)\s+\S/;

/** What the lines of a crontab so far say for those that follow. */
interface CronSurroundings {
  variables: Variables;
  timeZone: string | null;
  notes: string[];
  secrets: string[];
  /** Whether a user stands before the command; `null`: that follows from the word. */
  withUser: boolean | null;
}

function readCrontab(lines: readonly string[], system: boolean | null): OldSchedules {
  const answer: OldSchedules = { schedules: [], unread: [] };
  const withUser = system ?? (lines.some((line) => /^#.*\buser(-name)?\s+command/i.test(line)) ? true : null);
  const around: CronSurroundings = { variables: {}, timeZone: null, notes: [], secrets: [], withUser };
  for (const [index, given] of lines.entries()) {
    const text = given.trim();
    if (text === '' || text.startsWith('#')) continue;
    const variable = /^["']?([A-Za-z_]\w*)["']?\s*=(.*)$/.exec(text);
    if (variable !== null) takeVariable(variable[1] ?? '', variable[2]?.trimStart() ?? '', around);
    else {
      const read = readCronLine(text, around);
      if ('problem' in read) answer.unread.push({ line: index + 1, problem: read.problem });
      else answer.schedules.push({ line: index + 1, ...read });
    }
  }
  return answer;
}

function takeVariable(name: string, quoted: string, around: CronSurroundings): void {
  const value = quoted.replace(/^(["'])(.*)\1$/, '$2');
  if (isSecretName(name)) around.secrets = [...around.secrets, name];
  else if (name === 'CRON_TZ') around.timeZone = value === '' ? null : value;
  else if (name === 'TZ')
    around.notes = [`TZ=${value} applies to the commands; cron itself uses the time zone of the machine.`];
  else if (name !== 'MAILTO') around.variables = { ...around.variables, [name]: value };
}

function readCronLine(text: string, around: CronSurroundings): Omit<OldSchedule, 'line'> | { problem: string } {
  const [, time = '', rest = ''] = /^(@\S+|(?:\S+\s+){4}\S+)(?:\s+(\S.*))?$/.exec(text) ?? [];
  if (time === '') return { problem: 'Not a crontab line: five time fields and a command are required.' };
  const read: ReadSchedule = time.startsWith('@')
    ? readNamedTime(time.slice(1).toLowerCase())
    : readCronFields(time.split(/\s+/));
  if ('problem' in read) return read;
  if (rest === '') return { problem: 'The line has a time but no command.' };
  const { command, ...facts } = readOldCommand(withoutUser(rest, around.withUser), around.variables);
  const secrets = [...new Set([...facts.secrets, ...around.secrets])];
  return {
    schedule: read.schedule,
    timeZone: around.timeZone,
    command,
    facts: { ...facts, secrets },
    notes: [...around.notes, ...secretNotes(secrets)],
  };
}

/** The command without the user before it, and without what a `%` puts on its standard input. */
function withoutUser(rest: string, withUser: boolean | null): string {
  const command = /^(?:\\.|[^\\%])*/.exec(rest)?.[0].replaceAll('\\%', '%').trim() ?? rest;
  const [, word = '', after = ''] = /^(\S+)\s+(.+)$/s.exec(command) ?? [];
  const isUser = withUser ?? (word === 'root' || (USERS.test(word) && after.startsWith('/')));
  return isUser && after !== '' ? after : command;
}
