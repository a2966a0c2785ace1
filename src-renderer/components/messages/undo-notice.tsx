import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { showError } from './errors.tsx';

/** How long a deletion can be undone from its message, in milliseconds. */
const OFFERED_MS = 15_000;

/**
 * Shows in a corner of the window that something was deleted, with a button that restores it.
 * @param undo restores it; an error is shown in the same corner
 */
export function showUndo(message: string, undo: () => Promise<unknown>): void {
  const id = notifications.show({
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" className="wraps">
          {message}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          flex="none"
          onClick={() => {
            notifications.hide(id);
            undo().catch(showError);
          }}
        >
          Undo
        </Button>
      </Group>
    ),
    autoClose: OFFERED_MS,
    closeButtonProps: { 'aria-label': 'Close message' },
  });
}
