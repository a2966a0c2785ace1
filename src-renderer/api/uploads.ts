import { type ErrorBody, SnapkeepError } from '../../src-shared/contract/errors.ts';
import { browserSession } from './session.ts';

/** What this window has sent and not yet discarded, by the paths where it is. */
const sent = new Set<string>();

/**
 * Sends a file to the core's machine.
 * @param onProgress told the bytes sent so far
 * @returns its path there
 * @throws SnapkeepError
 */
// fetch cannot tell how much of a body has been sent.
export function upload(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (message: string): void =>
      reject(
        new SnapkeepError('UNAVAILABLE', message, { hint: 'Check that Snapkeep is running, and drop the file again.' }),
      );
    request.open('POST', new URL(`upload?name=${encodeURIComponent(file.name)}`, document.baseURI));
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

/** Discards what was sent; any other path is left alone. */
export function discardUpload(path: string): void {
  if (!sent.delete(path)) return;
  // Also while the window closes. Where it does not arrive, the server discards what no window looks at.
  fetch(new URL(`upload?path=${encodeURIComponent(path)}`, document.baseURI), {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${browserSession.token}` },
    keepalive: true,
  }).catch(() => {});
}

window.addEventListener('pagehide', () => sent.forEach(discardUpload));
