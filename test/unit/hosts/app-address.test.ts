import { expect, test } from 'vitest';
import { filePath, isOwnPage } from '../../../src-main/electron/app-address.ts';

test.each([
  ['app://snapkeep/', '/app/renderer/index.html'],
  ['app://snapkeep/assets/index.js?x#y', '/app/renderer/assets/index.js'],
  ['app://snapkeep/%2e%2e/main/main.cjs', '/app/renderer/main/main.cjs'],
])('%s is a file of the window', (address, file) => {
  expect(filePath(address, '/app/renderer')).toBe(file);
});

test.each([
  'app://elsewhere/index.html',
  'https://snapkeep/index.html',
  'app://snapkeep/..%2fmain%2fmain.cjs',
  'app://snapkeep/assets/..%2f..%2f..%2fetc%2fpasswd',
])('%s is nothing', (address) => {
  expect(filePath(address, '/app/renderer')).toBeUndefined();
});

test('only the main frame of the own page may speak', () => {
  const contents = {};
  const frame = { url: 'app://snapkeep/', parent: null };
  expect(isOwnPage({ sender: contents, senderFrame: frame }, contents)).toBe(true);
  expect(isOwnPage({ sender: {}, senderFrame: frame }, contents)).toBe(false);
  expect(isOwnPage({ sender: contents, senderFrame: null }, contents)).toBe(false);
  expect(isOwnPage({ sender: contents, senderFrame: { ...frame, parent: {} } }, contents)).toBe(false);
  expect(isOwnPage({ sender: contents, senderFrame: { ...frame, url: 'https://evil.example/' } }, contents)).toBe(
    false,
  );
  expect(isOwnPage({ sender: contents, senderFrame: { ...frame, url: 'app://snapkeep.evil/' } }, contents)).toBe(false);
});
