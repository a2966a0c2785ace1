import type { ClientFrame } from '../../src-shared/contract/frames.ts';

/** The bridge that the desktop application's preload script gives the window. */
export interface SnapkeepBridge {
  send(frame: ClientFrame): void;
  /** Calls back for each frame; the answer stops it. */
  onFrame(listener: (frame: unknown) => void): () => void;
  /** Quitting asks first while changes are not saved. */
  setUnsaved(unsaved: boolean): void;
  /** The path of a file that was dropped or picked. */
  pathForFile(file: File): string;
}

declare global {
  interface Window {
    readonly snapkeepBridge?: SnapkeepBridge;
  }
}
