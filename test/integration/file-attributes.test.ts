import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeOverAttributes } from '../../src-main/core/engine/files/file-attributes.ts';
import { attributesOf, setAttributes, whyNoAttributes } from '../support/file-attributes.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

test('an exchanged file gets the access control list and the extended attributes of the one before', async (context) => {
  const why = whyNoAttributes();
  context.skip(why !== undefined, why);
  const folder = temporaryFolder();
  const [from, to] = [join(folder, 'app.db'), join(folder, 'new.db')];
  writeFileSync(from, 'before');
  writeFileSync(to, 'after');
  setAttributes(from);
  expect(attributesOf(from)).toMatch(/system\.posix_acl_access \w+\nuser\.snapkeep\.test 6b657074$/);
  expect(await takeOverAttributes(from, to)).toBeNull();
  expect(attributesOf(to)).toBe(attributesOf(from));
  expect(readFileSync(to, 'utf8')).toBe('after');
});
