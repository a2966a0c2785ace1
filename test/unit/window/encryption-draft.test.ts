import { expect, test } from 'vitest';
import {
  type EncryptionDraft,
  encryptionDraftOf,
  encryptionOf,
  encryptionProblems,
  encryptionSecretsOf,
} from '../../../src-renderer/features/plan-form/encryption-draft.ts';
import { passphraseInWords } from '../../../src-renderer/features/plan-form/passphrase-words.ts';

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
const draft = (change: Partial<EncryptionDraft>): EncryptionDraft => ({ ...encryptionDraftOf(null), ...change });

test('a passphrase is typed twice, unless one is kept', () => {
  const typed = draft({ kind: 'passphrase', passphrase: 'correct horse', again: 'correct horse' });
  expect(encryptionProblems(typed, false)).toEqual({ blocked: false });
  expect(encryptionProblems({ ...typed, again: 'correct hose' }, false).again).toBe('The passphrases do not match.');
  expect(encryptionProblems({ ...typed, again: '' }, true)).toEqual({ blocked: true });
  expect(encryptionProblems(draft({ kind: 'passphrase', passphrase: 'short' }), false)).toMatchObject({
    blocked: true,
  });
  expect(encryptionProblems(draft({ kind: 'passphrase' }), false)).toEqual({ blocked: true });
  expect(encryptionProblems(draft({ kind: 'passphrase' }), true)).toEqual({ blocked: false });
  expect([encryptionOf(typed), encryptionSecretsOf(typed)]).toEqual([
    { kind: 'passphrase' },
    { passphrase: 'correct horse' },
  ]);
});

test('recipients are lines, and an identity among them is told', () => {
  const two = draft({ kind: 'recipients', recipients: `\n ${RECIPIENT} \n\nssh-ed25519 AAAA you@there\n` });
  expect(encryptionOf(two)).toEqual({ kind: 'recipients', recipients: [RECIPIENT, 'ssh-ed25519 AAAA you@there'] });
  expect(encryptionProblems(two, false)).toEqual({ blocked: false });
  expect(encryptionSecretsOf(two)).toBeUndefined();
  const secret = encryptionProblems(draft({ kind: 'recipients', recipients: 'AGE-SECRET-KEY-1ABC' }), false);
  expect(secret).toEqual({ blocked: true, recipients: expect.stringContaining('secret identity') });
  expect(encryptionProblems({ ...two, identity: 'nonsense' }, false)).toMatchObject({ blocked: true });
  expect(encryptionProblems({ ...two, identity: 'AGE-SECRET-KEY-1ABC' }, false)).toEqual({ blocked: false });
  expect(encryptionProblems(draft({ kind: 'recipients' }), false)).toEqual({ blocked: true });
});

test.each([
  ['password', 'Weak'],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'Weak'],
  ['abcdefghijklmnop', 'Weak'],
  ['summer 2026', 'Weak'],
  ['summer rain 2026', 'Fair'],
  ['paper lantern orbit walnut', 'Fair'],
  ['paper lantern orbit walnut seven', 'Strong'],
  ['x7$kQ2!vR9', 'Strong'],
])('%j is called %s', (passphrase, words) => {
  expect(passphraseInWords(passphrase)).toMatch(new RegExp(`^${words}:`));
});
