import { expect, test } from 'vitest';
import { missingInWords } from '../../src-shared/words/incomplete.ts';

const files = (problems: Array<{ path: string; reason: string }>, whole = problems.length === 0) => ({
  ...{ name: 'files', whole, problems },
});

test('a complete snapshot lacks nothing', () => {
  expect(missingInWords([])).toBeNull();
  expect(missingInWords([files([]), files([])])).toBeNull();
});

test('what is missing is named with its reason, the first of it', () => {
  const problems = ['a', 'b', 'c', 'd', 'e'].map((path) => ({ path, reason: 'could not be read: permission denied' }));
  expect(missingInWords([files(problems.slice(0, 1))])).toBe('Missing: files/a could not be read: permission denied.');
  expect(missingInWords([files([]), files(problems)])).toBe(
    'Missing: files/a could not be read: permission denied; files/b could not be read: permission denied; files/c could not be read: permission denied; and 2 more.',
  );
});

test('attached files that could not be stored at all are missing', () => {
  const gone = { ...files([{ path: '', reason: '/srv/disk was not found.' }]), name: 'disk' };
  expect(missingInWords([gone])).toBe('Missing: disk could not be stored (/srv/disk was not found).');
});

test('a manifest that names no file does not make it complete', () => {
  expect(missingInWords([files([], false)])).toBe('Missing from files: details unknown.');
});
