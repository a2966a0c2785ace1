import type { OldSchedule, OldSchedules } from '../model/third-party/old-schedule.ts';
import { isSecretName, secretNotes } from '../rules/secrets/without-secrets.ts';
import { readOldCommand, type Variables } from './old-command-facts.ts';
import { type ReadCalendar, readSystemdCalendar, readTimeSpan } from './systemd-calendar.ts';

/** A setting of a unit file. */
interface Setting {
  line: number;
  section: string;
  name: string;
  value: string;
}

/** What the services of the text run, and with what. */
interface Services {
  command: string;
  variables: Variables;
  secrets: string[];
}

/** Reads the timers of one or several unit files, one after the other, together with the services they start. */
export function readSystemdUnits(lines: readonly string[]): OldSchedules {
  const settings = readSettings(lines);
  const services = servicesOf(settings);
  const timers = settings.filter(({ section }) => section === 'Timer');
  const answer: OldSchedules = { schedules: [], unread: [] };
  for (const timer of timersOf(timers)) {
    const read: ReadCalendar =
      timer.name === 'OnCalendar'
        ? readSystemdCalendar(timer.value)
        : { timeZone: null, note: INTERVAL_NOTE, ...readTimeSpan(timer.value) };
    if ('problem' in read) answer.unread.push({ line: timer.line, problem: read.problem });
    else answer.schedules.push(scheduleOf(timer.line, read, timers, services));
  }
  if (timers.length === 0) {
    const [first] = settings;
    answer.unread.push({ line: first?.line ?? 1, problem: 'No timer found. Paste the .timer file as well.' });
  } else if (answer.schedules.length + answer.unread.length === 0) {
    answer.unread.push({ line: timers[0]?.line ?? 1, problem: 'The timer has no recurring time.' });
  }
  return answer;
}

const INTERVAL_NOTE = 'The interval starts when the plan is added.';

function scheduleOf(
  line: number,
  read: Exclude<ReadCalendar, { problem: string }> & { schedule: OldSchedule['schedule'] },
  timers: readonly Setting[],
  { command, variables, secrets }: Services,
): OldSchedule {
  const { command: cleaned, ...facts } = readOldCommand(command, variables);
  const all = [...new Set([...facts.secrets, ...secrets])];
  const last = (name: string): string | undefined => timers.findLast((timer) => timer.name === name)?.value;
  const delay = last('RandomizedDelaySec');
  const notes = [
    ...(read.note === null ? [] : [read.note]),
    ...(isYes(last('Persistent'))
      ? ['Missed scheduled times are made up by a catch-up run, as with the timer (Persistent).']
      : []),
    ...(delay === undefined || /^0\w*$/.test(delay) ? [] : ['The timer used a random delay; here it starts on time.']),
    ...secretNotes(all),
  ];
  return {
    line,
    schedule: read.schedule,
    timeZone: read.timeZone,
    command: cleaned === '' ? null : cleaned,
    facts: { ...facts, secrets: all },
    notes,
  };
}

const isYes = (value: string | undefined): boolean => /^(true|yes|on|1)$/i.test(value ?? '');

/** The settings that say when; an empty `OnCalendar=` takes back those before it. */
function timersOf(timers: readonly Setting[]): Setting[] {
  let found: Setting[] = [];
  for (const timer of timers) {
    if (timer.name !== 'OnCalendar' && timer.name !== 'OnUnitActiveSec' && timer.name !== 'OnUnitInactiveSec') continue;
    if (timer.value === '') found = [];
    else found.push(timer);
  }
  return found;
}

function servicesOf(settings: readonly Setting[]): Services {
  const inService = settings.filter(({ section }) => section === 'Service');
  const commands = inService.filter(({ name }) => /^ExecStart(Pre|Post)?$/.test(name)).map(({ value }) => value);
  const folder = inService.findLast(({ name }) => name === 'WorkingDirectory')?.value;
  const variables: Record<string, string> = folder === undefined ? {} : { PWD: folder };
  const secrets: string[] = [];
  for (const { value } of inService.filter(({ name }) => name === 'Environment'))
    for (const [name, content] of environmentOf(value)) {
      if (isSecretName(name)) secrets.push(name);
      else variables[name] = content;
    }
  // A leading @, -, :, + or ! of systemd's is no part of the command.
  return { command: commands.map((each) => each.replace(/^[@:+!-]+/, '')).join(' && '), variables, secrets };
}

/** `NAME=value "OTHER=with spaces"` in pairs. */
function environmentOf(text: string): Array<[string, string]> {
  return [...text.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|(\S+)/g)].flatMap(([, double, single, plain]) => {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(double ?? single ?? plain ?? '') ?? [];
    return name === undefined ? [] : [[name, value.replace(/^(["'])([\s\S]*)\1$/, '$2')] as [string, string]];
  });
}

/** The settings in their order; a backslash at the end of a line goes on in the next one. */
function readSettings(lines: readonly string[]): Setting[] {
  const settings: Setting[] = [];
  let section = '';
  let open: Setting | null = null;
  for (const [index, given] of lines.entries()) {
    const text = given.trim();
    if (/^[#;]/.test(text)) continue;
    const more = text.endsWith('\\');
    const content = more ? text.slice(0, -1).trim() : text;
    if (open !== null) open.value = `${open.value} ${content}`.trim();
    else {
      const header = /^\[(\w+)\]$/.exec(text)?.[1];
      const [, name, value = ''] = /^(\w+)\s*=(.*)$/.exec(content) ?? [];
      if (header !== undefined) section = header;
      else if (name !== undefined) {
        open = { line: index + 1, section, name, value: value.trim() };
        settings.push(open);
      }
    }
    if (!more) open = null;
  }
  return settings;
}
