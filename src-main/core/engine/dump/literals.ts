import { isUtf8 } from 'node:buffer';

/*
 * How values are written so that every version of SQLite reads back exactly the same ones. What SQLite's shell does to
 * its input before it is SQL counts too: it ends a line at a NUL, takes the CR from before an LF, and on Windows stops
 * at a Ctrl-Z.
 */

const QUOTE = 0x27;
/** NUL, CR and Ctrl-Z: bytes that do not come through a shell as they are. */
const ODD_BYTES = [0x00, 0x0d, 0x1a] as const;

/** What stands for a CR within a string that is put right by `replace`. */
const CR_MARK = '\\r';

/** The greatest power of two that `1<<n` gives. */
const MAX_SHIFT = 62;

/**
 * A number of type REAL as SQL.
 *
 * Versions of SQLite read decimal numbers differently in the last bit. Up to fifteen digits with up to four behind the
 * point all of them are right: nothing lies so near to the middle between two doubles that a rounding on the way could
 * tip it. Everything else is written as a whole number times or through powers of two, which is exact in binary.
 */
export function realLiteral(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '9.0e+999';
  if (value === Number.NEGATIVE_INFINITY) return '-9.0e+999';
  // SQLite stores NULL for what is no number.
  if (Number.isNaN(value)) return 'NULL';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return `${value}.0`;
  const decimal = String(value);
  if (decimal.length <= 16 && /^-?\d+\.\d{1,4}$/.test(decimal)) return decimal;
  return binaryLiteral(value);
}

function binaryLiteral(value: number): string {
  let mantissa = value;
  let exponent = 0;
  // Scaling by powers of two loses no bit: all that is done to a double that is too small or too large is exact.
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent -= 1;
  }
  while (!Number.isSafeInteger(mantissa)) {
    mantissa /= 2;
    exponent += 1;
  }
  const operator = exponent < 0 ? '/' : '*';
  let literal = `${mantissa}.0`;
  for (let left = Math.abs(exponent); left > 0; left -= MAX_SHIFT)
    literal += `${operator}(1<<${Math.min(left, MAX_SHIFT)})`;
  return literal;
}

/** Text between quotes, as it is. */
export function quoteText(text: string): string {
  return text.includes("'") ? `'${text.replaceAll("'", "''")}'` : `'${text}'`;
}

/** Text as SQL that comes through any shell; `undefined` where only its bytes do. */
export function textLiteral(text: string): string | undefined {
  if (text.includes('\0') || text.includes('\u001a') || !text.isWellFormed()) return undefined;
  if (!text.includes('\r')) return quoteText(text);
  if (text.includes(CR_MARK)) return undefined;
  return `replace(${quoteText(text.replaceAll('\r', CR_MARK))},'${CR_MARK}',char(13))`;
}

/** The text that these bytes are in the encoding of the database, as SQL. */
export function textLiteralOf(bytes: Buffer): string {
  return `CAST(X'${bytes.toString('hex')}' AS TEXT)`;
}

/**
 * Writes anew each string of a UTF-8 database in values or whole statements that would not come through as it is; the rest stays. Names in
 * quotes and comments are left alone.
 */
export function withSafeTexts(sql: Buffer): Buffer {
  if (!isOdd(sql)) return sql;
  const parts: Buffer[] = [];
  let copied = 0;
  for (let at = 0; at < sql.length; ) {
    const end = endOfToken(sql, at);
    if (sql[at] === QUOTE && sql[end - 1] === QUOTE && end - at > 1) {
      const inner = sql.subarray(at + 1, end - 1);
      if (isOdd(inner)) {
        const text = Buffer.from(inner.toString('latin1').replaceAll("''", "'"), 'latin1');
        const literal = isUtf8(text) ? textLiteral(text.toString('utf8')) : undefined;
        parts.push(sql.subarray(copied, at), Buffer.from(literal ?? textLiteralOf(text)));
        copied = end;
      }
    }
    at = end;
  }
  parts.push(sql.subarray(copied));
  return Buffer.concat(parts);
}

function isOdd(bytes: Buffer): boolean {
  return ODD_BYTES.some((byte) => bytes.includes(byte)) || !isUtf8(bytes);
}

/** Where a string, a quoted name, a comment or a single byte ends that begins at `at`. */
function endOfToken(sql: Buffer, at: number): number {
  const first = sql[at];
  if (first === QUOTE || first === 0x22 || first === 0x60) {
    for (let from = at + 1; ; from += 2) {
      from = endAfter(sql, from, first);
      if (sql[from] !== first) return from;
      from -= 1;
    }
  }
  if (first === 0x5b) return endAfter(sql, at + 1, 0x5d);
  if (first === 0x2d && sql[at + 1] === 0x2d) return endAfter(sql, at + 2, 0x0a);
  if (first === 0x2f && sql[at + 1] === 0x2a) {
    const end = sql.indexOf('*/', at + 2, 'latin1');
    return end < 0 ? sql.length : end + 2;
  }
  return at + 1;
}

function endAfter(sql: Buffer, from: number, byte: number): number {
  const end = sql.indexOf(byte, from);
  return end < 0 ? sql.length : end + 1;
}
