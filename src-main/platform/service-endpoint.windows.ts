import { randomBytes } from 'node:crypto';
import type { ServiceEndpoints } from './service-endpoint.ts';

/** Named pipes, which any process may open and imitate: both sides show that they can read the data folder. */
export const serviceEndpoints: ServiceEndpoints = {
  usual: () => ({
    address: `\\\\.\\pipe\\snapkeep-${randomBytes(16).toString('hex')}`,
    secret: randomBytes(32).toString('hex'),
  }),
  elsewhere: () => null,
  // A pipe is gone with its process.
  remove: () => {},
};
