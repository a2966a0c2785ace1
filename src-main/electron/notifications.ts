import { Notification } from 'electron';
import type { DesktopNotification } from '../core/ports.ts';

/** The ones that may still be clicked: without a reference they would be collected, and the click lost. */
const shown = new Set<Notification>();

/** Makes the function that shows the system's notifications. @param openRoute called when one is clicked */
export function desktopNotifier(openRoute: (page: string) => void): (notification: DesktopNotification) => void {
  return ({ title, body, page }) => {
    const notification = new Notification({ title, body });
    const forget = (): void => void shown.delete(notification);
    notification.on('click', () => {
      forget();
      openRoute(page);
    });
    notification.on('close', forget);
    notification.on('failed', forget);
    shown.add(notification);
    notification.show();
  };
}

/** Whether the system shows notifications at all. */
export const canNotify = (): boolean => Notification.isSupported();
