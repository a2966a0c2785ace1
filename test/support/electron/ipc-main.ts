import { EventEmitter } from 'node:events';
import { refuseUnknown } from './refuse.ts';

type InvokeHandler = (event: object, ...args: unknown[]) => unknown;

class IpcMain extends EventEmitter {
  readonly _handlers = new Map<string, InvokeHandler>();

  handle(channel: string, handler: InvokeHandler): void {
    if (this._handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this._handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this._handlers.delete(channel);
  }
}

/** Electron's `ipcMain`. */
export const ipcMain = refuseUnknown('ipcMain', new IpcMain());
