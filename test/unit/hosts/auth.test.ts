import { expect, test } from 'vitest';
import { Auth, isMeantForUs } from '../../../src-main/server/auth.ts';

test('a printed token is worth one login, and tells when it was used', () => {
  const auth = new Auth();
  let used = 0;
  const token = auth.createLoginToken(() => {
    used += 1;
  });
  const session = auth.logIn(token) ?? '';
  expect(session).not.toBe('');
  expect(session).not.toBe(token);
  expect(auth.logIn(token)).toBeUndefined();
  expect(used).toBe(1);
  expect(auth.isSession(session)).toBe(true);
  expect(auth.isAuthorized({ authorization: `Bearer ${session}` })).toBe(true);
});

test('each login has a session of its own, and they stay side by side', () => {
  const auth = new Auth();
  const [one, other] = [auth.logIn(auth.createLoginToken()), auth.logIn(auth.createLoginToken())];
  expect(one).not.toBe(other);
  expect([one, other].map((session) => auth.isSession(session ?? ''))).toEqual([true, true]);
});

test('nothing else is taken for either', () => {
  const auth = new Auth();
  const other = new Auth();
  const token = auth.createLoginToken();
  const otherProgram = other.logIn(other.createLoginToken()) ?? '';
  expect(auth.logIn(other.createLoginToken())).toBeUndefined();
  expect(auth.logIn('')).toBeUndefined();
  for (const text of ['', token, otherProgram, `Bearer ${token}`]) {
    expect(auth.isSession(text)).toBe(false);
    expect(auth.isAuthorized({ authorization: `Bearer ${text}` })).toBe(false);
  }
  expect(auth.isAuthorized({})).toBe(false);
  expect(auth.isAuthorized({ cookie: `snapkeep_session=${auth.logIn(token)}` })).toBe(false);
});

test('a short-lived token opens one window, within a minute', () => {
  let now = 0;
  const auth = new Auth(() => now);
  const token = auth.createShortLoginToken();
  expect(auth.logIn(token)).toBeDefined();
  expect(auth.logIn(token)).toBeUndefined();
  const late = auth.createShortLoginToken();
  const printed = auth.createLoginToken();
  now = 60_001;
  expect(auth.logIn(late)).toBeUndefined();
  expect(auth.logIn(printed)).toBeDefined();
});

test('a request is meant for us by its Host and its Origin', () => {
  expect(isMeantForUs({ host: '127.0.0.1:7411' }, 7411)).toBe(true);
  expect(isMeantForUs({ host: 'localhost:7411', origin: 'http://localhost:7411' }, 7411)).toBe(true);
  expect(isMeantForUs({}, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7412' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: 'evil.example:7411' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7411', origin: 'http://127.0.0.1:7412' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7411', origin: 'http://evil.example' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7411', origin: 'http://localhost:7411' }, 7411)).toBe(false);
  expect(isMeantForUs({ host: '127.0.0.1:7411', origin: 'null' }, 7411)).toBe(false);
});
