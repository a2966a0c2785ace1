/**
 * What a terminal takes for orders, or what hides or reorders the text around it: control characters but the tab,
 * separators of lines and paragraphs, bidirectional controls, invisible signs and tags, and half surrogates.
 */
const ORDERS =
  /(?!\t)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** A line as it is safe to show on a terminal: `\x1b`, `\u202e` instead of what the terminal would obey. */
export function terminalLine(text: string): string {
  return text.replace(ORDERS, (found) => {
    const code = found.codePointAt(0) ?? 0;
    if (code > 0xffff) return `\\u{${hex(code, 5)}}`;
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** JSON that means the same and that is safe to show: JSON itself escapes C0 alone. */
export function terminalJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(ORDERS, (found) =>
    // Line feeds between the fields are JSON's own; within a text they are escaped already.
    found === '\n' ? found : [...Array(found.length).keys()].map((at) => `\\u${hex(found.charCodeAt(at), 4)}`).join(''),
  );
}
