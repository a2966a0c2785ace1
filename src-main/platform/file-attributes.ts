import { copyAttributes as linux, whyNoAttributes as whyNotOnLinux } from './file-attributes.linux.ts';
import { copyAttributes as macos } from './file-attributes.macos.ts';
import { copyAttributes as windows } from './file-attributes.windows.ts';
import { ofPlatform } from './platform.ts';

/**
 * Gives a file the access control list and the extended attributes of another, by the system's own tools, for Node knows
 * neither.
 * @throws Error of the tool that failed
 */
export const copyAttributes: (from: string, to: string) => Promise<void> = ofPlatform({ linux, macos, windows });

const never = (): Promise<null> => Promise.resolve(null);

/** Why the tools that are here cannot do that, as a sentence; `null`: they can. */
export const whyNoAttributes: () => Promise<string | null> = ofPlatform({
  linux: whyNotOnLinux,
  macos: never,
  windows: never,
});
