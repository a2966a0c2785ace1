import { upload } from './uploads.ts';

/**
 * Returns the path of a dropped or picked file on the core's machine. A browser does not know paths, so it sends the bytes,
 * and those of what belongs to the file, such as its log, to the same folder.
 * @param onProgress called with the bytes sent so far
 * @throws SnapkeepError
 */
export async function filesToPath(
  file: File,
  beside: readonly File[],
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const known = window.snapkeepBridge?.pathForFile(file);
  if (known !== undefined && known !== '') return known;
  const path = await upload(file, null, onProgress, signal);
  let before = file.size;
  for (const next of beside) {
    await upload(next, path, (sent) => onProgress(before + sent), signal);
    before += next.size;
  }
  return path;
}
