import type { App, Session, WebContents } from 'electron';

/** Denies whatever a page could ask the system for. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(isAllowed(permission)));
  session.setPermissionCheckHandler((_contents, permission) => isAllowed(permission));
}

/** “Copy details” is all that needs a permission. */
const isAllowed = (permission: string): boolean => permission === 'clipboard-sanitized-write';

/** Keeps every page where it is: no navigation, no new windows, no embedded pages. */
export function denyNavigation(app: App): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
