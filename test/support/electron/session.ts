import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { refuseUnknown } from './refuse.ts';

type ProtocolHandler = (request: Request) => Response | Promise<Response>;
type PermissionHandler = (contents: object | null, permission: string, answer: (granted: boolean) => void) => void;
type PermissionCheck = (contents: object | null, permission: string) => boolean;

const handlers = new Map<string, ProtocolHandler>();
const privileged = new Set<string>();

/** Electron's `protocol`. */
export const protocol = refuseUnknown('protocol', {
  registerSchemesAsPrivileged: (schemes: Array<{ scheme: string }>): void => {
    for (const { scheme } of schemes) privileged.add(scheme);
  },
  handle: (scheme: string, handler: ProtocolHandler): void => {
    if (!privileged.has(scheme))
      throw new Error(`stand-in: the scheme ${scheme} was not registered as privileged before`);
    handlers.set(scheme, handler);
  },
});

/** Who serves an address, if it has a scheme of the application's own. */
export function handlerFor(address: string): ProtocolHandler | undefined {
  return handlers.get(address.slice(0, address.indexOf(':')));
}

/*
 * Chromium knows the application's schemes only as https hosts that are intercepted: app://snapkeep/x is
 * https://snapkeep.app.stand-in/x there.
 */
const SUFFIX = '.stand-in';

/** The address Chromium is given. */
export function toChromium(address: string): string {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(address);
  if (parts === null || !privileged.has(parts[1] ?? '')) return address;
  return `https://${parts[2]}.${parts[1]}${SUFFIX}${parts[3] || '/'}`;
}

/** The address the application knows. */
export function fromChromium(address: string): string {
  const parts = /^https:\/\/([^/]*)\.([a-z][a-z0-9+-]*)\.stand-in(\/.*)?$/i.exec(address);
  return parts === null ? address : `${parts[2]}://${parts[1]}${parts[3] ?? '/'}`;
}

class Session {
  _permissionRequest: PermissionHandler | undefined;
  _permissionCheck: PermissionCheck | undefined;

  setPermissionRequestHandler(handler: PermissionHandler): void {
    this._permissionRequest = handler;
  }

  setPermissionCheckHandler(handler: PermissionCheck): void {
    this._permissionCheck = handler;
  }
}

/** Electron's `session`. */
export const session = refuseUnknown('session', {
  defaultSession: refuseUnknown('session.defaultSession', new Session()),
});

/** Electron's `net`, for files. */
export const net = refuseUnknown('net', {
  fetch: async (address: string): Promise<Response> => {
    if (!address.startsWith('file:')) throw new Error('stand-in: net.fetch is implemented for files alone');
    return new Response(new Uint8Array(await readFile(fileURLToPath(address))));
  },
});
