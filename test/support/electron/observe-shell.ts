import type { ElectronApplication } from '@playwright/test';

/** What the tray shows. */
export interface ShownTray {
  /** The picture's bytes, as base64. */
  icon: string;
  toolTip: string;
  labels: string[];
}

/** A question that was asked. */
export interface AskedQuestion {
  message: string;
  buttons: string[];
}

interface Notified {
  title: string;
  body: string;
}

/** What Electron was asked to show, kept in its main process. */
interface Seen {
  tray: { icon: string; toolTip: string; menu: Electron.Menu | null };
  notifications: Electron.Notification[];
  questions: AskedQuestion[];
  /** The button that the next questions are answered with. */
  answer: string;
}

/** The main process as code that runs there sees it. */
type ShellGlobal = typeof globalThis & { snapkeepSeen: Seen };

/**
 * Watches what the application asks Electron to show: Electron itself does not tell what a tray or a notification
 * shows. What was shown before is not known; it works on the stand-in and on real Electron alike.
 */
export async function observeShell(app: ElectronApplication): Promise<ShellObserver> {
  await app.evaluate(({ Tray, Notification, dialog }) => {
    const seen: Seen = { tray: { icon: '', toolTip: '', menu: null }, notifications: [], questions: [], answer: '' };
    Object.assign(globalThis, { snapkeepSeen: seen });
    const { setImage, setToolTip, setContextMenu } = Tray.prototype;
    Tray.prototype.setImage = function (image) {
      seen.tray.icon = typeof image === 'string' ? '' : image.toPNG().toString('base64');
      setImage.call(this, image);
    };
    Tray.prototype.setToolTip = function (text) {
      seen.tray.toolTip = text;
      setToolTip.call(this, text);
    };
    Tray.prototype.setContextMenu = function (menu) {
      seen.tray.menu = menu;
      setContextMenu.call(this, menu);
    };
    Notification.prototype.show = function () {
      seen.notifications.push(this);
    };
    dialog.showMessageBox = (async (...args: unknown[]) => {
      const { message, buttons = [], cancelId = 0 } = args.at(-1) as Electron.MessageBoxOptions;
      seen.questions.push({ message, buttons });
      const response = buttons.indexOf(seen.answer);
      return { response: response < 0 ? cancelId : response, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
  });
  return new ShellObserver(app);
}

/** What has been shown since {@link observeShell}, and a way to click on it. */
export class ShellObserver {
  readonly #app: ElectronApplication;

  constructor(app: ElectronApplication) {
    this.#app = app;
  }

  tray(): Promise<ShownTray> {
    return this.#app.evaluate(() => {
      const { icon, toolTip, menu } = (globalThis as ShellGlobal).snapkeepSeen.tray;
      const labels = (items: readonly Electron.MenuItem[], before = ''): string[] =>
        items.flatMap(({ label, type, enabled, submenu }) => [
          type === 'separator' ? '—' : `${before}${label}${enabled ? '' : ' (off)'}`,
          ...labels(submenu?.items ?? [], `${before}${label} ▸ `),
        ]);
      return { icon, toolTip, labels: labels(menu?.items ?? []) };
    });
  }

  /** Clicks an item of the tray's menu; the last label is the item, those before it open menus. */
  clickTray(...labels: string[]): Promise<void> {
    return this.#app.evaluate((_electron, path) => {
      let { menu } = (globalThis as ShellGlobal).snapkeepSeen.tray;
      for (const label of path.slice(0, -1)) menu = menu?.items.find((item) => item.label === label)?.submenu ?? null;
      const item = menu?.items.find(({ label, enabled }) => label === path.at(-1) && enabled);
      if (item === undefined) throw new Error(`The tray has no ${path.join(' ▸ ')} to click`);
      item.click();
    }, labels);
  }

  notifications(): Promise<Notified[]> {
    return this.#app.evaluate(() =>
      (globalThis as ShellGlobal).snapkeepSeen.notifications.map(({ title, body }) => ({ title, body })),
    );
  }

  /** Clicks the newest notification. */
  clickNotification(): Promise<void> {
    return this.#app.evaluate(() => {
      (globalThis as ShellGlobal).snapkeepSeen.notifications.at(-1)?.emit('click', {});
    });
  }

  questions(): Promise<AskedQuestion[]> {
    return this.#app.evaluate(() => (globalThis as ShellGlobal).snapkeepSeen.questions);
  }

  /** Questions are answered with this button from now on; without it they are closed. */
  answer(button: string): Promise<void> {
    return this.#app.evaluate((_electron, chosen) => {
      (globalThis as ShellGlobal).snapkeepSeen.answer = chosen;
    }, button);
  }

  isWindowVisible(): Promise<boolean> {
    return this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((each) => each.isVisible()));
  }

  /** Presses the window's close button. */
  closeWindow(): Promise<void> {
    return this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  }
}
