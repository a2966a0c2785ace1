import fc from 'fast-check';
import { expect, test } from 'vitest';
import { terminalJson, terminalLine } from '../../src-shared/words/terminal-text.ts';

test.each([
  ['\u001b[2Jgone', '\\x1b[2Jgone'],
  ['ring\u0007', 'ring\\x07'],
  ['over\rwritten', 'over\\x0dwritten'],
  ['two\nlines', 'two\\x0alines'],
  ['\u009b31m', '\\x9b31m'],
  ['\u007f', '\\x7f'],
  ['txt.\u202egpj', 'txt.\\u202egpj'],
  ['\u2066isolated\u2069', '\\u2066isolated\\u2069'],
  ['a\u2028b', 'a\\u2028b'],
  ['\u{e0041}', '\\u{e0041}'],
  ['\ud800', '\\ud800'],
  ['päss\twörd 日本 🗝', 'päss\twörd 日本 🗝'],
])('%j is shown as %j', (text, shown) => {
  expect(terminalLine(text)).toBe(shown);
});

const harmless = /^(?:\t|[^\p{Cc}\p{Bidi_Control}])*$/u;

test('no text brings an order to the terminal, as a line or as JSON, and JSON stays what it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(terminalLine(text)).toMatch(harmless);
      const json = terminalJson({ [text]: [text, '\u202e', '\u009b', '\u{e0041}'] });
      expect(json.replaceAll('\n', '')).toMatch(harmless);
      expect(JSON.parse(json)).toEqual({ [text]: [text, '\u202e', '\u009b', '\u{e0041}'] });
    }),
  );
});
