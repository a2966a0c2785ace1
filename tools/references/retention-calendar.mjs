import { KEEP_ALL } from '../../src-shared/model/retention.ts';
import { decideRetention } from '../../src-shared/retention/retention.ts';

const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2026, 7, 1, 2);
/** The last snapshot: Wednesday, 25 November 2026. */
const NOW = Date.UTC(2026, 10, 25, 2);
const SHOWN = [8, 9, 10];
const MARKS = [
  ['daily', 'd'],
  ['weekly', 'w'],
  ['monthly', 'm'],
];

/** Returns the calendar of the manual: what a policy keeps of daily snapshots. */
export function retentionCalendar() {
  const kept = keptDays();
  return ['```', ...SHOWN.flatMap((month) => monthLines(month, kept)), '```'].join('\n');
}

/** The marks of each day that keeps its snapshot, by its time. */
function keptDays() {
  const snapshots = Array.from({ length: (NOW - FIRST) / DAY_MS + 1 }, (_, order) => ({
    id: String(FIRST + order * DAY_MS),
    order,
    createdAt: new Date(FIRST + order * DAY_MS).toISOString(),
    origin: /** @type {const} */ ('own'),
    trigger: /** @type {const} */ ('schedule'),
    level: /** @type {const} */ ('restored'),
    valid: true,
    pinned: false,
    missing: false,
    incomplete: false,
  }));
  const retention = { ...KEEP_ALL, daily: 7, weekly: 3, monthly: 3 };
  const decisions = decideRetention(snapshots, retention, { timeZone: 'UTC', now: NOW });
  return new Map(decisions.filter(({ keep }) => keep).map(({ id, reasons }) => [Number(id), marksOf(reasons)]));
}

/** @param {readonly string[]} reasons */
const marksOf = (reasons) =>
  MARKS.filter(([rule = '']) => reasons.some((reason) => reason.startsWith(rule)))
    .map(([, mark]) => mark)
    .join('');

/** @param {number} month @param {Map<number, string>} kept */
function monthLines(month, kept) {
  const name = new Date(Date.UTC(2026, month)).toLocaleDateString('en', { month: 'long', timeZone: 'UTC' });
  const days = new Date(Date.UTC(2026, month + 1, 0)).getUTCDate();
  const before = (new Date(Date.UTC(2026, month, 1)).getUTCDay() + 6) % 7;
  const cells = Array.from({ length: days }, (_, index) => {
    const at = Date.UTC(2026, month, index + 1, 2);
    return `${String(index + 1).padStart(2)} ${at > NOW ? '' : (kept.get(at) ?? '·')}`.padEnd(7);
  });
  const all = [...Array(before).fill(' '.repeat(7)), ...cells];
  const weeks = Array.from({ length: Math.ceil(all.length / 7) }, (_, week) =>
    all.slice(week * 7, week * 7 + 7).join(''),
  );
  return [name, ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map((day) => day.padEnd(7)).join(''), ...weeks, ''].map(
    (line) => line.trimEnd(),
  );
}
