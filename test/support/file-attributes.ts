import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temp-folder.ts';

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

/** Gives a file an extended attribute, and an access control list by which user 1234 may read it. */
export const setAttributes = (path: string): string => python(SET, path);

/** The extended attributes of a file, the access control list among them, one in a line. */
export const attributesOf = (path: string): string => python(READ, path);

/** Why there are no such attributes here; `undefined`: there are. */
export function whyNoAttributes(): string | undefined {
  if (process.platform !== 'linux') return 'Only Linux is tried.';
  const path = join(temporaryFolder(), 'x');
  writeFileSync(path, '');
  try {
    setAttributes(path);
    return undefined;
  } catch {
    return 'The disk of temporary files knows no such attributes.';
  }
}
