import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import { TO_CORE, TO_WINDOW, UNSAVED } from './channel.ts';

// All that the page gets: frames in, frames out, where a dropped file is, and a word on unsaved changes.
contextBridge.exposeInMainWorld('snapkeepBridge', {
  send: (frame: unknown): void => ipcRenderer.send(TO_CORE, frame),
  onFrame: (listener: (frame: unknown) => void): (() => void) => {
    const pass = (_event: IpcRendererEvent, frame: unknown): void => listener(frame);
    ipcRenderer.on(TO_WINDOW, pass);
    return () => {
      ipcRenderer.removeListener(TO_WINDOW, pass);
    };
  },
  setUnsaved: (unsaved: boolean): void => ipcRenderer.send(UNSAVED, unsaved),
  pathForFile: (file: File): string => webUtils.getPathForFile(file),
});
