/** A day that was named in a query, and the rest of it. */
export interface DayInQuery {
  /** When the day begins and when it has ended, in the time zone of this window. */
  from: Date;
  until: Date;
  /** What was typed beside the day. */
  rest: string;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * Finds a day in what a person types: `today`, `yesterday`, a weekday, `2026-11-27`, `27 Nov` or `Nov 27 2026`. Without a
 * year, and with a weekday, it is the last such day. `null`: none is named.
 */
export function dayInQuery(query: string, now: Date): DayInQuery | null {
  const text = query.toLowerCase();
  for (const { pattern, dayOf } of FORMS) {
    const match = pattern.exec(text);
    const from = match === null ? null : dayOf(match, now);
    if (match === null || from === null) continue;
    const until = new Date(from.getFullYear(), from.getMonth(), from.getDate() + 1);
    return { from, until, rest: `${query.slice(0, match.index)} ${query.slice(match.index + match[0].length)}`.trim() };
  }
  return null;
}

const FORMS: ReadonlyArray<{ pattern: RegExp; dayOf(match: RegExpExecArray, now: Date): Date | null }> = [
  { pattern: /\btoday\b/, dayOf: (_match, now) => daysBefore(now, 0) },
  { pattern: /\byesterday\b/, dayOf: (_match, now) => daysBefore(now, 1) },
  {
    pattern: /\b(sunday|monday|tuesday|wednesday|thursday|friday|saturday)\b/,
    dayOf: ([day = ''], now) => daysBefore(now, ((now.getDay() - WEEKDAYS.indexOf(day) + 6) % 7) + 1),
  },
  {
    pattern: /\b(\d{4})-(\d{2})-(\d{2})\b/,
    dayOf: ([, year, month, day]) => dateOf(Number(year), Number(month) - 1, Number(day)),
  },
  {
    pattern: /\b(\d{1,2})\.? (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?: (\d{4}))?\b/,
    dayOf: ([, day, month = '', year], now) => lastOf(Number(day), MONTHS.indexOf(month), year, now),
  },
  {
    pattern: /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\d{1,2})(?:,? (\d{4}))?\b/,
    dayOf: ([, month = '', day, year], now) => lastOf(Number(day), MONTHS.indexOf(month), year, now),
  },
];

const daysBefore = (now: Date, days: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);

/** `null`: there is no such day. */
function dateOf(year: number, month: number, day: number): Date | null {
  const date = new Date(year, month, day);
  return date.getMonth() === month && date.getDate() === day ? date : null;
}

function lastOf(day: number, month: number, year: string | undefined, now: Date): Date | null {
  if (year !== undefined) return dateOf(Number(year), month, day);
  const thisYear = dateOf(now.getFullYear(), month, day);
  return thisYear !== null && thisYear > now ? dateOf(now.getFullYear() - 1, month, day) : thisYear;
}
