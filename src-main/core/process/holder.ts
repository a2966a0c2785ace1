import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { ServiceEndpoint } from '../../platform/service-endpoint.ts';

/** Who holds a data folder, and where it listens once it does. */
const Holder = z.object({
  host: z.string(),
  pid: z.int(),
  machine: z.string(),
  endpoint: z.object({ address: z.string(), secret: z.string().nullable() }).optional(),
});
export type Holder = z.infer<typeof Holder>;

const fileOf = (dataFolder: string): string => join(dataFolder, 'holder.json');

/** Returns who has noted down that it holds a data folder; `undefined`: nobody, or it is just being written. */
export function readHolder(dataFolder: string): Holder | undefined {
  try {
    const holder = Holder.parse(JSON.parse(readFileSync(fileOf(dataFolder), 'utf8')));
    const { endpoint } = holder;
    return endpoint === undefined
      ? holder
      : { ...holder, endpoint: { ...endpoint, address: resolve(dataFolder, endpoint.address) } };
  } catch {
    return undefined;
  }
}

/** Notes down who holds a data folder; only the one who has its lock may. */
export function writeHolder(dataFolder: string, holder: Omit<Holder, 'endpoint'>, endpoint?: ServiceEndpoint): void {
  // By its name alone: a copy of the folder must not lead to the service of the original.
  const inFolder = endpoint !== undefined && dirname(endpoint.address) === dataFolder;
  const named = inFolder ? { ...endpoint, address: basename(endpoint.address) } : endpoint;
  writeFileSync(fileOf(dataFolder), JSON.stringify({ ...holder, endpoint: named }), { mode: 0o600 });
}
