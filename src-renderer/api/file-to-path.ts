import { type ErrorBody, SnapkeepError } from '../../src-shared/contract/errors.ts';
import { browserSession } from './session.ts';

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

// fetch cannot tell how much of a body has been sent.
function upload(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (message: string): void =>
      reject(
        new SnapkeepError('UNAVAILABLE', message, { hint: 'Check that Snapkeep still runs, and drop the file again.' }),
      );
    request.open('POST', new URL(`upload?name=${encodeURIComponent(file.name)}`, document.baseURI));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('Authorization', `Bearer ${browserSession.token}`);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onerror = () => fail('The file could not be sent to Snapkeep.');
    request.onabort = () => reject(new SnapkeepError('CANCELLED', 'Sending the file was cancelled.'));
    request.onload = () => {
      const answer = request.response as { path?: string; error?: ErrorBody } | null;
      if (answer?.path !== undefined) resolve(answer.path);
      else if (answer?.error !== undefined) reject(SnapkeepError.fromBody(answer.error));
      else fail(`Snapkeep refused the file (${request.status}).`);
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
