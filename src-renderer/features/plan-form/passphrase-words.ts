/**
 * Rates a passphrase by its length and variety, not by how likely it is.
 * Each try at an encrypted file takes about a second, for age makes it slow.
 */
export function passphraseInWords(passphrase: string): string {
  const bits = guessBits(passphrase);
  if (bits < 36) return 'Weak: can be guessed by trying many passphrases.';
  if (bits < 60) return 'Fair: hard to guess, unless it is a name, a date or a common phrase.';
  return 'Strong: cannot be guessed by trying, unless it is a well-known phrase.';
}

/** Returns the most bits there are to guess; repeats, runs like `abcd` and common words count for little. */
function guessBits(passphrase: string): number {
  const words = passphrase.split(/[\s_-]+/).filter(Boolean);
  // A common word is one of some thousands, however long it is.
  return words.reduce(
    (sum, word) => sum + (/^\p{L}+$/u.test(word) ? Math.min(12, letterBits(word)) : mixedBits(word)),
    0,
  );
}

const letterBits = (word: string): number => 4.7 * surprising(word);
const mixedBits = (word: string): number => (/[^\p{L}\d]/u.test(word) ? 6 : 5.2) * surprising(word);

/** The characters that neither repeat the one before nor follow it. */
function surprising(word: string): number {
  const codes = [...word].map((character) => character.codePointAt(0) ?? 0);
  return codes.filter((code, index) => index === 0 || Math.abs(code - (codes[index - 1] ?? 0)) > 1).length;
}
