import { upload } from './uploads.ts';

/**
 * Returns the path of a dropped or picked file on the core's machine. A browser does not know paths, so it sends the bytes.
 * @param onProgress called with the bytes sent so far
 * @throws SnapkeepError
 */
export function fileToPath(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<string> {
  const path = window.snapkeepBridge?.pathForFile(file);
  if (path !== undefined && path !== '') return Promise.resolve(path);
  return upload(file, onProgress, signal);
}
