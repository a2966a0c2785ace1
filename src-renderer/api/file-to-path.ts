import { upload } from './uploads.ts';

/**
 * The path of a dropped or picked file on the core's machine. A browser knows none, so there the bytes are sent.
 * @param onProgress told the bytes sent so far
 * @throws SnapkeepError
 */
export function fileToPath(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<string> {
  const path = window.snapkeepBridge?.pathForFile(file);
  if (path !== undefined && path !== '') return Promise.resolve(path);
  return upload(file, onProgress, signal);
}
