import type { Browser, Page } from '@playwright/test';
import { launchElectron } from './launch-electron.ts';
import { launchServer, openWindow, testBrowser } from './launch-server.ts';

/** The window of a host, and its end. */
export interface OpenHost {
  page: Page;
  close(): Promise<void>;
}

/** A way to open the window. */
export interface Host {
  name: string;
  /** A dropped file is the file itself, not a copy. */
  droppedPaths: boolean;
  open(home: string): Promise<OpenHost>;
}

/** The server host, whose window is in a browser. */
export const inBrowser: Host = {
  name: 'server in a browser',
  droppedPaths: false,
  open: async (home) => {
    const server = await launchServer({ home });
    const browser: Browser = await testBrowser();
    const page = await openWindow(browser, server.address);
    const close = async (): Promise<void> => {
      await browser.close();
      await server.close();
    };
    return { page, close };
  },
};

/** The server host in a browser, and the desktop shell: what one can do, the other can. */
export const hosts: Host[] = [
  inBrowser,
  { name: 'desktop shell', droppedPaths: true, open: (home) => launchElectron({ home }) },
];
