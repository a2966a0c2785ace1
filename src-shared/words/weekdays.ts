/** The days of the week as in ISO 8601: the first is Monday. */
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** Returns the number of a weekday from its first letters, 1 for `mon` to 7 for `sun`; 0 for any other text. */
export function weekdayNumber(text: string): number {
  const start = text.slice(0, 3).toLowerCase();
  return start.length < 3 ? 0 : WEEKDAYS.findIndex((day) => day.toLowerCase().startsWith(start)) + 1;
}
