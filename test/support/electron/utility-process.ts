import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { app } from './app.ts';
import { refuseUnknown, refuseUnknownOptions } from './refuse.ts';

const OPTIONS = ['execArgv', 'serviceName', 'stdio'];

/** Electron's utility process: a child of Node's here, whose channel carries structured clones alone. */
class UtilityProcess extends EventEmitter {
  pid: number | undefined;
  readonly _child: ChildProcess;

  constructor(child: ChildProcess) {
    super();
    this._child = child;
    child.once('spawn', () => {
      this.pid = child.pid;
      this.emit('spawn');
    });
    child.on('message', (message) => this.emit('message', message));
    child.once('close', (code, signal) => {
      this.pid = undefined;
      this.emit('exit', code ?? (signal === 'SIGKILL' ? 9 : 15));
    });
  }

  /** Electron itself would end where this is called of a process that has ended, in its listener of "exit" at least. */
  postMessage(message: unknown): void {
    if (!this._child.connected) throw new Error('stand-in: a message to a utility process that has ended');
    this._child.send(structuredClone(message) as object);
  }

  /** Asks only, as Electron does. */
  kill(): boolean {
    return this._child.kill('SIGTERM');
  }
}

/** Electron's `utilityProcess`, as far as Snapkeep uses it. */
export const utilityProcess = refuseUnknown('utilityProcess', {
  fork(modulePath: string, args: string[] = [], options: Record<string, unknown> = {}): UtilityProcess {
    if (!app.isReady()) throw new Error('utilityProcess.fork can only be called after the ready event of app');
    refuseUnknownOptions('utilityProcess.fork', options, OPTIONS);
    const [input, output, errors] = options.stdio as ['ignore', 'ignore', 'inherit'];
    const child = fork(join(import.meta.dirname, 'utility-boot.ts'), [modulePath, ...args], {
      execArgv: options.execArgv as string[],
      serialization: 'advanced',
      stdio: [input, output, errors, 'ipc'],
    });
    return refuseUnknown('the utility process', new UtilityProcess(child));
  },
});
