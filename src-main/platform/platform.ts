/** A system that Snapkeep runs on. Others of its kind, such as FreeBSD, are taken for Linux. */
export type Platform = 'linux' | 'macos' | 'windows';

/** The name Node and Electron have for this system. Nothing else asks for it. */
export const NODE_PLATFORM = process.platform;

/** The system that this process runs on. */
export const PLATFORM: Platform =
  NODE_PLATFORM === 'win32' ? 'windows' : NODE_PLATFORM === 'darwin' ? 'macos' : 'linux';

/** What a concern is on this system. */
export const ofPlatform = <T>(choices: Readonly<Record<Platform, T>>): T => choices[PLATFORM];
