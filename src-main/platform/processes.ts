import { errorCode } from './error-code.ts';
import { ofPlatform } from './platform.ts';
import { describeProcess as linux } from './processes.linux.ts';
import { describeProcess as macos } from './processes.macos.ts';

/** What the system tells of a process. */
export interface ProcessFacts {
  readonly parent: number;
  readonly command: string;
}

/** Tells the parent and the command line of a process; `undefined` where the system does not tell. @throws Error when it has ended */
export const describeProcess = ofPlatform<(pid: number) => ProcessFacts | undefined>({
  linux,
  macos,
  windows: () => undefined,
});

/** What runs a line of the shell. */
export const shellOf: (line: string) => string[] = ofPlatform({
  linux: (line: string) => ['/bin/sh', '-c', line],
  macos: (line: string) => ['/bin/sh', '-c', line],
  windows: (line: string) => ['cmd.exe', '/d', '/s', '/c', line],
});

/** Whether a process whose parent has ended gets another one; on Windows it keeps the number, which is then nobody's. */
export const givesNewParent: boolean = ofPlatform({ linux: true, macos: true, windows: false });

/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists anyway.
    return errorCode(error) === 'EPERM';
  }
}
