import { expect, test } from 'vitest';
import { Auth, isMeantForUs } from '../../../src-main/server/auth.ts';

test('the token is exchanged for a cookie of its own, as often as it is shown', () => {
  const auth = new Auth();
  const session = auth.exchange({ token: auth.token });
  expect(session).toBeDefined();
  expect(session).not.toBe(auth.token);
  expect(auth.exchange({ token: auth.token })).toBe(session);
  expect(auth.isKnown(session, undefined)).toBe(true);
  expect(auth.isKnown(undefined, `Bearer ${auth.token}`)).toBe(true);
});

test('nothing else is taken for either', () => {
  const auth = new Auth();
  const other = new Auth();
  expect(auth.exchange({ token: other.token })).toBeUndefined();
  expect(auth.exchange({ token: '' })).toBeUndefined();
  expect(auth.exchange({})).toBeUndefined();
  expect(auth.isKnown(undefined, undefined)).toBe(false);
  expect(auth.isKnown('', 'Bearer ')).toBe(false);
  expect(auth.isKnown(auth.token, undefined)).toBe(false);
  expect(auth.isKnown(undefined, `Bearer ${auth.exchange({ token: auth.token })}`)).toBe(false);
});

test('a login code opens one window, within a minute', () => {
  let now = 0;
  const auth = new Auth(() => now);
  const code = auth.createLoginCode();
  expect(auth.exchange({ code })).toBeDefined();
  expect(auth.exchange({ code })).toBeUndefined();
  const late = auth.createLoginCode();
  now = 60_001;
  expect(auth.exchange({ code: late })).toBeUndefined();
});

test('a request is meant for us by its Host and its Origin', () => {
  expect(isMeantForUs({ host: '127.0.0.1:7411' }, 7411)).toBe(true);
  expect(isMeantForUs({ host: 'localhost:7411', origin: 'http://localhost:7411' }, 7411)).toBe(true);
  expect(isMeantForUs({}, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7412' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: 'evil.example:7411' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7411', origin: 'http://evil.example' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7411', origin: 'http://localhost:7411' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7411', origin: 'null' }, 7411)).toBe(false);
});
