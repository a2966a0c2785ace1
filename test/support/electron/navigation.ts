import type { ProtocolObject } from './chromium.ts';
import { preventable, record } from './runtime.ts';
import { fromChromium, handlerFor } from './session.ts';
import type { WebContents } from './web-contents.ts';

/** Answers a request of a page: the application's own schemes by their handlers, navigation only if it is not prevented. */
export async function serveRequest(contents: WebContents, paused: ProtocolObject): Promise<void> {
  const { requestId, request, resourceType, frameId } = paused;
  const address = fromChromium(request.url);
  const isNavigation = resourceType === 'Document' && frameId === contents._targetId;
  if (isNavigation && !contents._expected.has(request.url) && contents._url !== '' && !mayNavigate(contents, address)) {
    await contents._send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
    return;
  }
  const handler = request.url.includes('.stand-in/') ? handlerFor(address) : undefined;
  if (handler === undefined) {
    await contents._send('Fetch.continueRequest', { requestId });
    return;
  }
  await answer(contents, requestId, await handler(requestOf(request, address)));
}

function mayNavigate(contents: WebContents, url: string): boolean {
  const event = preventable({ url });
  contents.emit('will-navigate', event, url);
  record.push({ what: 'navigation', url, prevented: event.defaultPrevented });
  return !event.defaultPrevented;
}

/** The handler sees the application's own address, which `Request` would not take for a base. */
function requestOf(request: ProtocolObject, address: string): Request {
  const made = new Request(request.url, { method: request.method, headers: request.headers });
  Object.defineProperty(made, 'url', { value: address });
  return made;
}

async function answer(contents: WebContents, requestId: string, response: Response): Promise<void> {
  await contents._send('Fetch.fulfillRequest', {
    requestId,
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  });
}
