import { ofPlatform } from './platform.ts';
import { serviceEndpoints as posix } from './service-endpoint.posix.ts';
import { serviceEndpoints as windows } from './service-endpoint.windows.ts';

/** Where the holder of a data folder listens. */
export interface ServiceEndpoint {
  /** A path for `net.connect`. */
  readonly address: string;
  /** What both sides show that they have read; `null`: the permissions of the address say who may connect. */
  readonly secret: string | null;
}

/** The ways to listen on a system. */
export interface ServiceEndpoints {
  /** Returns the usual endpoint of a data folder; `null` where its path is too long. */
  usual(dataFolder: string): ServiceEndpoint | null;
  /** Makes a private endpoint outside of the data folder; `null` where the system needs none. */
  elsewhere(): ServiceEndpoint | null;
  /** Removes what an endpoint has left in the file system. */
  remove(endpoint: ServiceEndpoint): void;
}

/** The ways to listen on this system. */
export const serviceEndpoints: ServiceEndpoints = ofPlatform({ linux: posix, macos: posix, windows });
