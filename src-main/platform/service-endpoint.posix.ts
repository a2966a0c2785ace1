import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ServiceEndpoints } from './service-endpoint.ts';

const SOCKET = 'service.sock';
/** Systems keep 104 or 108 bytes for the path of a socket. */
const LONGEST_PATH = 100;
const FOLDER_PREFIX = 'snapkeep-service-';

/** Unix sockets in folders that only their owner can enter. */
export const serviceEndpoints: ServiceEndpoints = {
  usual(dataFolder) {
    const address = join(dataFolder, SOCKET);
    return Buffer.byteLength(address) > LONGEST_PATH ? null : { address, secret: null };
  },
  elsewhere: () => ({
    address: join(mkdtempSync(join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), FOLDER_PREFIX)), SOCKET),
    secret: null,
  }),
  remove({ address }) {
    if (basename(address) !== SOCKET) return;
    rmSync(address, { force: true });
    if (!basename(dirname(address)).startsWith(FOLDER_PREFIX)) return;
    try {
      rmdirSync(dirname(address));
    } catch {
      // It is gone already, or somebody else has put something into it.
    }
  },
};
