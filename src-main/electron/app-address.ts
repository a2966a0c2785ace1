import { join, resolve, sep } from 'node:path';

/** The window's own scheme and origin: not a file, so it has an origin that can be checked. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = `${APP_SCHEME}://snapkeep`;

/** The file an address stands for; `undefined` for another host or a way out of the folder. */
export function filePath(address: string, rendererFolder: string): string | undefined {
  const url = new URL(address);
  if (`${url.protocol}//${url.host}` !== APP_ORIGIN) return undefined;
  const root = resolve(rendererFolder);
  const path = resolve(join(root, decodeURIComponent(url.pathname === '/' ? '/index.html' : url.pathname)));
  return path.startsWith(root + sep) ? path : undefined;
}

/** What is checked of the frame a message comes from. */
interface SendingFrame {
  readonly url: string;
  readonly parent: object | null;
}

/** Whether a message comes from the page Snapkeep has loaded, in the main frame of this window. */
export function isOwnPage(event: { sender: object; senderFrame: SendingFrame | null }, contents: object): boolean {
  const frame = event.senderFrame;
  return event.sender === contents && frame !== null && frame.parent === null && frame.url.startsWith(`${APP_ORIGIN}/`);
}
