import { Alert, Button, Group, Text } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** Shows what is paused and why, and the button that leads on. */
export function PausedAlert({ action, onAction, children }: { action: string; onAction(): void; children: ReactNode }) {
  return (
    <Alert className="tone-warn" icon={<IconPlayerPause size={18} />} role="status">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" className="wraps">
          {children}
        </Text>
        <Button size="compact-sm" variant="default" flex="none" onClick={onAction}>
          {action}
        </Button>
      </Group>
    </Alert>
  );
}
