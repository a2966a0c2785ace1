import { Alert, Button, Code, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import { errorBody } from '../../api/error-body.ts';

/** Shows an error and its hint in a corner of the window. */
export function showError(error: unknown): void {
  const { code, message, hint } = errorBody(error);
  if (code === 'CANCELLED') return;
  notifications.show({
    color: 'red',
    icon: <IconAlertTriangle size={18} />,
    title: message,
    message: hint ?? '',
    autoClose: 12_000,
    closeButtonProps: { 'aria-label': 'Close message' },
  });
}

/**
 * Shows an error and its hint beside what failed.
 * @param onRetry tries again; without it there is no button for that
 */
export function ErrorNotice({ error, onRetry }: { error: ErrorBody; onRetry?: () => void }) {
  return (
    <Alert className="tone-bad" icon={<IconAlertTriangle size={18} />} title={error.message} role="alert">
      <Text size="sm" c="inherit">
        {error.hint} <Code>{error.code}</Code>
      </Text>
      {onRetry !== undefined && (
        <Button variant="default" size="xs" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
