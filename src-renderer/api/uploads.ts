import { type ErrorBody, SnapkeepError } from '../../src-shared/contract/errors.ts';
import { browserSession } from './session.ts';

/** The paths of the uploads of this window that are not yet discarded. */
const sent = new Set<string>();

/**
 * Uploads a file to the machine of the service.
 * @param beside the path of the uploaded file that it belongs to; `null`: none
 * @param onProgress called with the bytes sent so far
 * @returns its path on the core's machine
 * @throws SnapkeepError
 */
// fetch does not report the progress of an upload.
export function upload(
  file: File,
  beside: string | null,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (message: string): void =>
      reject(
        new SnapkeepError('UNAVAILABLE', message, { hint: 'Check that Snapkeep is running, and drop the file again.' }),
      );
    const query = new URLSearchParams({ name: file.name, ...(beside === null ? {} : { beside }) });
    request.open('POST', new URL(`upload?${query}`, document.baseURI));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('Authorization', `Bearer ${browserSession.token}`);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onerror = () => fail(`Upload failed: ${file.name}.`);
    request.onabort = () => reject(new SnapkeepError('CANCELLED', 'Upload cancelled.'));
    request.onload = () => {
      const answer = request.response as { path?: string; error?: ErrorBody } | null;
      if (answer?.path !== undefined) {
        sent.add(answer.path);
        resolve(answer.path);
      } else if (answer?.error !== undefined) reject(SnapkeepError.fromBody(answer.error));
      else fail(`Snapkeep refused the file (${request.status}).`);
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** Returns whether this window has sent the file there: its path says nothing to a person. */
export const isUpload = (path: string): boolean => sent.has(path);

/** Discards an upload of this window; other paths are ignored. */
export function discardUpload(path: string): void {
  if (!sent.delete(path)) return;
  // Also sent while the window closes. The server discards uploads that no window uses.
  fetch(new URL(`upload?path=${encodeURIComponent(path)}`, document.baseURI), {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${browserSession.token}` },
    keepalive: true,
  }).catch(() => {});
}

window.addEventListener('pagehide', () => sent.forEach(discardUpload));
