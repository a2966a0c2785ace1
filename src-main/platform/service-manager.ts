import { ofPlatform } from './platform.ts';
import { serviceManager as linux } from './service-manager.linux.ts';
import { serviceManager as macos } from './service-manager.macos.ts';
import { serviceManager as windows } from './service-manager.windows.ts';

/** What a service of one user is made from. */
export interface ServiceFacts {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The data folder that it serves. */
  readonly dataFolder: string;
  readonly home: string;
  /** The number of the user; -1 where users have none. */
  readonly uid: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** How a service is set up with the system's manager of services: a file, and commands as program and arguments. */
export interface ServicePlan {
  readonly file: string;
  readonly text: string;
  /** Once the file is there. */
  readonly install: ReadonlyArray<readonly string[]>;
  /** While the file is there. */
  readonly uninstall: ReadonlyArray<readonly string[]>;
  /** Once the file is gone. */
  readonly afterwards: ReadonlyArray<readonly string[]>;
  /** Succeeds while the service runs. */
  readonly status: readonly string[];
  /** What keeps the service from staying; `null`: nothing that can be asked. */
  readonly lingers: { readonly command: readonly string[]; readonly yes: string; readonly otherwise: string } | null;
}

/** Returns how a service is installed on this system. */
export const serviceManager: (facts: ServiceFacts) => ServicePlan = ofPlatform({ linux, macos, windows });
