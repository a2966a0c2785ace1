import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { AlertChannel } from '../../../src-shared/model/alert.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';

interface ChannelProps {
  channel: AlertChannel;
  /** It is set up, so a test alert can be sent. */
  isReady: boolean;
  /** Other buttons, which come before the test. */
  buttons?: ReactNode;
  children: ReactNode;
}

/** A channel for alerts and the button that tests it; the result stays until the next test. */
export function Channel({ channel, isReady, buttons, children }: ChannelProps) {
  const { error, pending, run } = useAction('here');
  const [isSent, setSent] = useState(false);
  const send = (): void => {
    setSent(false);
    run(() => client.call('alerts.test', { channel }).then(() => setSent(true)));
  };
  return (
    <Stack gap="xs" role="group" aria-label={`Alerts: ${channel}`}>
      {children}
      <Group gap="sm">
        {buttons}
        <Button
          variant="default"
          onClick={send}
          disabled={!isReady}
          loading={pending}
          aria-label={`Send test: ${channel}`}
        >
          Send test
        </Button>
        <Text size="sm" className="gain" role="status">
          {isSent && 'Test alert sent.'}
        </Text>
      </Group>
      {error !== null && <ErrorNotice error={error} />}
    </Stack>
  );
}
