import type { App } from 'electron';

/** Files that are opened with Snapkeep; they may come before there is a window for them. */
export class OpenedFiles {
  readonly #waiting: string[] = [];
  #handler: ((path: string) => void) | undefined;

  /** Listens from now on: macOS tells about files while the application is still starting. */
  constructor(app: Pick<App, 'on'>) {
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.open(path);
    });
  }

  open(path: string): void {
    if (this.#handler === undefined) this.#waiting.push(path);
    else this.#handler(path);
  }

  areWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Passes the paths that have come so far, and those that come from now on, to a listener. */
  handle(handler: (path: string) => void): void {
    this.#handler = handler;
    for (const path of this.#waiting.splice(0)) handler(path);
  }
}
