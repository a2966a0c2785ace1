import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Keychain } from '../../src-main/core/ports.ts';
import { SecretBox } from '../../src-main/core/secrets/secret-box.ts';
import { capturedLog } from '../support/captured-log.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const { log } = capturedLog();
const keychain: Keychain = {
  words: 'In the keychain.',
  wrap: (key) => Buffer.from(key).reverse(),
  unwrap: (wrapped) => Buffer.from(wrapped).reverse().toString(),
};

test('every host of a data folder opens what another one stored, under its own name alone', () => {
  const folder = temporaryFolder();
  const encrypted = new SecretBox(folder, keychain, log).encryption('webhook-url', 'secret');
  expect(new SecretBox(folder, undefined, log).open('webhook-url', encrypted)).toBe('secret');
  expect(statSync(join(folder, 'secrets.key')).mode & 0o777).toBe(0o600);
  expect(() => new SecretBox(folder, undefined, log).open('ping-url', encrypted)).toThrow(
    expect.objectContaining({ code: 'BAD_KEY' }),
  );
});

test('a missing, damaged or other key is named for what it is', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'secrets.key');
  const encrypted = new SecretBox(folder, undefined, log).encryption('webhook-url', 'secret');
  const opening = () => new SecretBox(folder, undefined, log).open('webhook-url', encrypted);
  writeFileSync(path, 'short');
  expect(opening).toThrow(expect.objectContaining({ code: 'CORRUPT', message: expect.stringContaining(path) }));
  rmSync(path);
  expect(opening).toThrow(expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining(path) }));
  writeFileSync(path, Buffer.alloc(32));
  expect(opening).toThrow(expect.objectContaining({ code: 'BAD_KEY' }));
});

test('in the keychain the key is no file any more, other hosts say why they cannot, and it comes back', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'secrets.key');
  const box = new SecretBox(folder, keychain, log);
  const encrypted = box.encryption('webhook-url', 'secret');
  const key = readFileSync(path);
  box.useKeychain(true);
  expect(existsSync(path)).toBe(false);
  expect(new SecretBox(folder, keychain, log).open('webhook-url', encrypted)).toBe('secret');
  const other = new SecretBox(folder, undefined, log);
  expect(() => other.open('webhook-url', encrypted)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  expect(() => other.encryption('ping-url', 'more')).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  box.useKeychain(false);
  expect(readFileSync(path)).toEqual(key);
  expect(new SecretBox(folder, undefined, log).open('webhook-url', encrypted)).toBe('secret');
});
