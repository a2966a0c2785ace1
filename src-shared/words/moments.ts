import { DAY_MS } from '../rules/durations.ts';
import { roundedDurationInWords } from './wording.ts';

/** Returns the age of an instant: `just now`, `4 min`, `13 h`, `2 d`. */
export function ageInWords(instant: string, now: number): string {
  const age = now - Date.parse(instant);
  return age < 60_000 ? 'just now' : roundedDurationInWords(age);
}

/** Returns the age of an instant with `ago`. */
export function agoInWords(instant: string, now: number): string {
  const age = ageInWords(instant, now);
  return age === 'just now' ? age : `${age} ago`;
}

/** Returns a day as a heading: `Today`, `Yesterday`, or `18 November 2026`. */
export function dayInWords(instant: string, now: number): string {
  const date = new Date(instant);
  const day = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
  const days = Math.round((day(new Date(now)) - day(date)) / DAY_MS);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days === -1) return 'Tomorrow';
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

/** Returns the time of day: `02:00:05`. */
export function clockTime(instant: string): string {
  return new Date(instant).toLocaleTimeString('en-GB');
}

/** Returns day and time: `today 02:00`, `18 November 2026, 02:00`. */
export function momentInWords(instant: string, now: number): string {
  const day = dayInWords(instant, now);
  const time = clockTime(instant).slice(0, 5);
  return ['Today', 'Yesterday', 'Tomorrow'].includes(day) ? `${day.toLowerCase()} ${time}` : `${day}, ${time}`;
}

/** Returns {@link momentInWords} with a capital, for the beginning of a line or a cell: `Today 02:00`. */
export function momentLabel(instant: string, now: number): string {
  const words = momentInWords(instant, now);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** Returns day and time in short: `today 02:00`, `Mon 23 Nov, 02:00`, with the year if it is another one. */
export function shortMomentInWords(instant: string, now: number): string {
  const day = dayInWords(instant, now);
  const time = clockTime(instant).slice(0, 5);
  if (day === 'Today' || day === 'Tomorrow') return `${day.toLowerCase()} ${time}`;
  const date = new Date(instant);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  const words = date.toLocaleDateString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
  return `${words.replace(',', '')}, ${time}`;
}
