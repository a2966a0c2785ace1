import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeOverAttributes } from '../../src-main/core/engine/file-attributes.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const python = (code: string, path: string): string =>
  execFileSync('python3', ['-c', code, path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** An extended attribute, and an access control list as Linux stores it: user 1234 may read. */
const SET = `
import os, struct, sys
os.setxattr(sys.argv[1], 'user.snapkeep.test', b'kept')
entries = [(1, 6, 0xffffffff), (2, 4, 1234), (4, 0, 0xffffffff), (16, 4, 0xffffffff), (32, 0, 0xffffffff)]
os.setxattr(sys.argv[1], 'system.posix_acl_access', struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in entries))
`;
const READ = `
import os, sys
for name in sorted(os.listxattr(sys.argv[1])): print(name, os.getxattr(sys.argv[1], name).hex())
`;

function whyNot(): boolean {
  if (process.platform !== 'linux') return true;
  const path = join(temporaryFolder(), 'x');
  writeFileSync(path, '');
  try {
    python(SET, path);
    return false;
  } catch {
    return true;
  }
}

test('an exchanged file gets the access control list and the extended attributes of the one before', async (context) => {
  context.skip(whyNot(), 'The disk of temporary files knows no such attributes.');
  const folder = temporaryFolder();
  const [from, to] = [join(folder, 'app.db'), join(folder, 'new.db')];
  writeFileSync(from, 'before');
  writeFileSync(to, 'after');
  python(SET, from);
  expect(python(READ, from)).toMatch(/system\.posix_acl_access \w+\nuser\.snapkeep\.test 6b657074$/);
  expect(await takeOverAttributes(from, to)).toBeNull();
  expect(python(READ, to)).toBe(python(READ, from));
  expect(readFileSync(to, 'utf8')).toBe('after');
});
