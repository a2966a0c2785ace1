/** Strings, quoted names, comments, words, and any other character. */
export const SQL_TOKENS =
  /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\w\x80-\uffff]+|\s+|[\s\S]/g;

/** Returns the tokens of a text in SQL without blanks and comments. */
export function sqlTokens(sql: string): string[] {
  return [...sql.matchAll(SQL_TOKENS)].map(([token]) => token).filter((token) => !/^(?:\s|--|\/\*)/.test(token));
}

/** Returns a name as it stands in a schema without its quotes. */
export function unquotedName(token: string): string {
  const quote = token.charAt(0);
  if (quote === '[') return token.slice(1, -1);
  if (quote !== '"' && quote !== '`' && quote !== "'") return token;
  return token.slice(1, -1).replaceAll(quote + quote, quote);
}
