import { notifications } from '@mantine/notifications';

/** Shows a message in a corner of the window. */
export function showDone(message: string, title?: string): void {
  notifications.show({
    ...(title === undefined ? {} : { title }),
    message,
    closeButtonProps: { 'aria-label': 'Close message' },
  });
}

/** Confirms that settings are saved. */
export function showSaved(): void {
  showDone('Saved.');
}
