/**
 * Returns where the first word of SQL begins: after a byte order mark, white space and comments. It reads each character
 * once, whatever the text is. A comment that does not end goes to the end of the text.
 */
export function startOfSql(sql: string): number {
  let at = sql.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  for (;;) {
    while (at < sql.length && BLANKS.has(sql.charCodeAt(at))) at += 1;
    // The shell takes a line that begins with # for a comment.
    const ofShell = sql[at] === '#' && (at === 0 || sql[at - 1] === '\n');
    const end = ofShell || sql.startsWith('--', at) ? '\n' : sql.startsWith('/*', at) ? '*/' : null;
    if (end === null) return at;
    const found = sql.indexOf(end, ofShell ? at : at + 2);
    if (found < 0) return sql.length;
    at = found + end.length;
  }
}

/** Tab, line feed, vertical tab, form feed, carriage return, blank, the fixed blank and the mark of byte order. */
const BLANKS: ReadonlySet<number> = new Set([9, 10, 11, 12, 13, 32, 0xa0, 0xfeff]);
