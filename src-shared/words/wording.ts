/** Returns bytes in words: `812 bytes`, `4.2 MB`, `182 GB`; in decimal units, as file managers show them. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${units[unit]}`;
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** Returns a duration in milliseconds in words, in at most two units: `0.8 s`, `12 s`, `2 min 5 s`, `1 h 20 min`, `3 d`. */
export function durationInWords(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const first = UNITS.findIndex(([length]) => whole >= length);
  const [length, unit] = UNITS[first] ?? UNITS[3];
  const [smaller, smallerUnit] = UNITS[first + 1] ?? UNITS[3];
  const rest = Math.floor((whole % length) / smaller);
  return `${Math.floor(whole / length)} ${unit}${length === smaller || rest === 0 ? '' : ` ${rest} ${smallerUnit}`}`;
}

/** Returns a duration in milliseconds in words, rounded to one unit: `12 s`, `4 min`, `11 h`, `3 d`. */
export function roundedDurationInWords(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Returns a count, from 0, with its noun: `1 row`, `1,204 rows`. */
export function countInWords(count: number, noun: string, plural = `${noun}s`): string {
  return `${digitsOf(count)} ${count === 1 ? noun : plural}`;
}

/** Not by toLocaleString: loading the rules of a language takes longer than most commands have. */
function digitsOf(count: number): string {
  const digits = String(count);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return groups.join(',');
}

/** Returns words as a list: `a`, `a and b`, `a, b and c`. */
export function listInWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
