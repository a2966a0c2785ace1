import { notifications } from '@mantine/notifications';

/** Says in a corner of the window that something is done. */
export function showDone(message: string, title?: string): void {
  notifications.show({
    ...(title === undefined ? {} : { title }),
    message,
    closeButtonProps: { 'aria-label': 'Close this message' },
  });
}

/** Says that settings are kept. */
export function showSaved(): void {
  showDone('Saved.');
}
