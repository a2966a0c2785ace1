import { KEEP_ALL } from '../model/plan.ts';
import { Schedule } from '../model/schedule.ts';
import type { OldCommandFacts, OldSchedule, OldSchedules } from '../model/third-party/old-schedule.ts';
import type { KnownProgram } from '../model/values.ts';
import { isSecretName, secretNotes } from '../rules/secrets/without-secrets.ts';
import { type ReadSchedule, readCronFields, readNamedTime } from './cron-line.ts';
import { builtInTemplate } from './templates/built-in.ts';

/** A variable of a program's settings, and the line it stands in, counted from 1. */
interface Variable {
  line: number;
  value: string;
}
type Settings = ReadonlyMap<string, Variable>;

/** The settings of a program that backs itself up: which one says when, and how all of them are read. */
interface Reader {
  program: KnownProgram;
  when: string;
  retention: string | null;
  /** What of the program is kept where its settings do not say. */
  usualKeepLast: number | null;
  usualKeepDays: number | null;
  folder: string;
  schedule(value: string): ReadSchedule;
  notes(settings: Settings): string[];
}

const READERS: readonly Reader[] = [
  {
    program: 'hone',
    when: 'HONE_BACKUP_SCHEDULE',
    retention: 'HONE_BACKUP_RETENTION',
    usualKeepLast: 7,
    usualKeepDays: null,
    folder: 'HONE_BACKUP_DIR',
    schedule: (value) => {
      const schedule = Schedule.safeParse({ kind: 'interval', hours: /^\d+$/.test(value) ? Number(value) : null }).data;
      return schedule ? { schedule } : { problem: 'HONE_BACKUP_SCHEDULE must be a number of hours, for example 24.' };
    },
    notes: () => ['The first backup runs after one interval, as in Hone.'],
  },
  {
    program: 'openmemory',
    when: 'OM_BACKUP_SCHEDULE_CRON',
    retention: 'OM_BACKUP_RETENTION_DAYS',
    usualKeepLast: null,
    usualKeepDays: 7,
    folder: 'OM_BACKUP_DIR',
    schedule: (value) =>
      value.startsWith('@') ? readNamedTime(value.slice(1)) : readCronFields(value.replaceAll('\\*', '*').split(/\s+/)),
    notes: (settings) => [
      ...(settings.get('OM_BACKUP_AUTO_SCHEDULE')?.value === 'true'
        ? []
        : ['OM_BACKUP_AUTO_SCHEDULE is not true, so OpenMemory may not have used this schedule.']),
      ...(settings.get('OM_BACKUP_CLOUD_ENABLED')?.value === 'true'
        ? ['Backups were also stored in Supabase Storage: add it as a second destination of the kind S3.']
        : []),
    ],
  },
  {
    program: 'soundbox',
    when: 'BACKUP_TIME',
    retention: null,
    usualKeepLast: null,
    usualKeepDays: null,
    folder: 'BACKUP_DIR',
    schedule: (value) => {
      const schedule = Schedule.safeParse({ kind: 'daily', time: value.padStart(5, '0') }).data;
      return schedule ? { schedule } : { problem: 'BACKUP_TIME must be a time of day, for example 03:00.' };
    },
    notes: (settings) =>
      settings.has('BACKUP_DIR') ? [] : ['BACKUP_DIR is not set; without it, Sound Box made no backups.'],
  },
];

/** The schedule where only other settings of the program exist. */
const USUAL_TIMES: Partial<Record<KnownProgram, { because: string; means: RegExp; value: string }>> = {
  openmemory: { because: 'OM_BACKUP_AUTO_SCHEDULE', means: /^true$/i, value: '0 2 * * *' },
  // Many scripts call their folder so; only its name tells whose it is.
  soundbox: { because: 'BACKUP_DIR', means: /sound-?box/i, value: '03:00' },
};

const NAMES = new Set(READERS.flatMap(({ when, retention, folder }) => [when, retention ?? when, folder]));

/** Whether a line sets something that a known program goes by. */
export function isKnownSetting(line: string): boolean {
  const name = readVariable(line)?.[0];
  return name !== undefined && (NAMES.has(name) || name === 'OM_BACKUP_AUTO_SCHEDULE');
}

/** Reads a file of settings, an `export` of a shell or the `environment:` of a compose file. */
export function readProgramSettings(lines: readonly string[]): OldSchedules {
  const settings = new Map<string, Variable>();
  const secrets: string[] = [];
  for (const [index, line] of lines.entries()) {
    const [name, value] = readVariable(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (isSecretName(name)) {
      if (value !== '' && !value.startsWith('$')) secrets.push(name);
    } else settings.set(name, { line: index + 1, value });
  }
  const answer: OldSchedules = { schedules: [], unread: [] };
  for (const reader of READERS) {
    const when = whenOf(reader, settings);
    if (when === null) continue;
    const read = reader.schedule(when.value.trim());
    if ('problem' in read) answer.unread.push({ line: when.line, problem: read.problem });
    else answer.schedules.push(entryOf(reader, when.line, read.schedule, settings, [...new Set(secrets)]));
  }
  if (answer.schedules.length + answer.unread.length === 0)
    answer.unread.push({ line: 1, problem: 'No schedule is set; there were no automatic backups.' });
  return answer;
}

function whenOf({ program, when }: Reader, settings: Settings): Variable | null {
  const usual = USUAL_TIMES[program];
  const because = usual && settings.get(usual.because);
  const switchedOn = because !== undefined && usual?.means.test(because.value) === true;
  return settings.get(when) ?? (switchedOn ? { line: because.line, value: usual.value } : null);
}

function entryOf(reader: Reader, line: number, schedule: Schedule, settings: Settings, secrets: string[]): OldSchedule {
  const facts: OldCommandFacts = {
    program: reader.program,
    does: 'backup',
    source: reader.program === 'openmemory' ? (settings.get('OM_DB_PATH')?.value ?? null) : null,
    destination: settings.get(reader.folder)?.value ?? null,
    retention: retentionOf(reader, settings),
    secrets,
  };
  return {
    line,
    schedule,
    timeZone: null,
    command: null,
    facts,
    notes: [...reader.notes(settings), ...secretNotes(secrets)],
  };
}

function retentionOf({ program, retention, usualKeepLast, usualKeepDays }: Reader, settings: Settings) {
  if (retention === null) return builtInTemplate(program)?.parts[0]?.retention ?? null;
  const given = settings.get(retention)?.value ?? '';
  const count = /^[1-9]\d{0,3}$/.test(given) ? Number(given) : null;
  if (usualKeepLast !== null) return { ...KEEP_ALL, keepLast: count ?? usualKeepLast };
  return { ...KEEP_ALL, keepDays: count ?? usualKeepDays };
}

/** A remark begins with a hash after a space. */
function withoutRemark(value: string): string {
  const at = value.search(/\s#/);
  return at === -1 ? value : value.slice(0, at);
}

/** `NAME=value`, `export NAME="value"`, `- NAME=value` or `NAME: value`, with a remark after it. */
function readVariable(line: string): [name: string, value: string] | null {
  const [, name, given = ''] = /^\s*(?:-\s+)?(?:export\s+)?["']?([A-Z][A-Z0-9_]*)(?:=|:\s)(.*)$/.exec(line) ?? [];
  if (name === undefined) return null;
  const value = given.trimStart();
  const [, quoted] = /^(["'](?:[^"']*)["'])/.exec(value) ?? [];
  const plain = quoted?.slice(1, -1) ?? withoutRemark(value).replace(/["']\s*$/, '');
  return [name, plain.trim()];
}
