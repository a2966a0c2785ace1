/* What all generated references share. */

/**
 * Returns a Markdown table; bars in cells are escaped.
 * @param {readonly string[]} heads
 * @param {ReadonlyArray<readonly string[]>} rows
 */
export function table(heads, rows) {
  const lines = [heads, heads.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/**
 * Returns a fragment as a sentence.
 * @param {string} text
 */
export function sentence(text) {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const end = /[.!?…:]$/.test(trimmed) ? '' : '.';
  return `${trimmed[0]?.toUpperCase()}${trimmed.slice(1)}${end}`;
}

/**
 * Returns text in which no word in angle brackets is taken for HTML.
 * @param {string} text
 */
export const escaped = (text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
