import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconKey, IconPinned } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { client } from '../../api/client.ts';
import { Facts } from '../../components/layout/facts.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';

interface HostKeyFieldProps {
  host: string;
  port: number;
  /** The trusted host key; `null`: none yet. */
  pinned: string | null;
  onPin(hostKey: string): void;
  error: ReactNode;
}

/** The host key of an SSH server: shown to be compared, and trusted by a person. */
export function HostKeyField({ host, port, pinned, onPin, error }: HostKeyFieldProps) {
  const [seen, setSeen] = useState<string | null>(null);
  const action = useAction('here');
  const fetchKey = (): void =>
    action.run(async () => setSeen((await client.call('destinations.hostKey', { host, port })).hostKey));
  return (
    <Stack gap="xs" role="group" aria-label="Host key">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" className="wraps">
          {pinned === null ? (
            'Host key not trusted yet. Nothing is sent to the server until you trust its key.'
          ) : (
            <>
              <IconPinned size={15} aria-hidden className="inline-icon" /> Trusted: <Code>{pinned}</Code>
            </>
          )}
        </Text>
        <Button variant="default" onClick={fetchKey} loading={action.pending} disabled={host === ''} flex="none">
          Show host key
        </Button>
      </Group>
      {error != null && seen === null && (
        <Text size="xs" className="loss" role="alert">
          {error}
        </Text>
      )}
      {action.error !== null && <ErrorNotice error={action.error} />}
      {seen !== null && seen !== pinned && (
        <SeenKey host={host} seen={seen} pinned={pinned} onPin={() => onPin(seen)} />
      )}
      {seen !== null && seen === pinned && (
        <Text size="sm" c="dimmed" role="status">
          {host} presents this key.
        </Text>
      )}
    </Stack>
  );
}

function SeenKey({ host, seen, pinned, onPin }: { host: string; seen: string; pinned: string | null; onPin(): void }) {
  if (pinned !== null) return <ChangedHostKey host={host} seen={seen} pinned={pinned} onPin={onPin} />;
  return (
    <Alert className="tone-info" icon={<IconKey size={18} />} title={`Host key of ${host}`}>
      <Stack gap="xs">
        {fingerprint(seen)}
        <Text size="sm" c="inherit">
          Compare it with the output of this command on the server:{' '}
          <Code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</Code>
        </Text>
        <Group>
          <Button onClick={onPin}>Trust this key</Button>
        </Group>
      </Stack>
    </Alert>
  );
}

/** A prominent warning: the server presents another key than the trusted one. */
export function ChangedHostKey({
  host,
  seen,
  pinned,
  onPin,
}: {
  host: string;
  seen: string;
  pinned: string;
  onPin(): void;
}) {
  return (
    <Alert
      className="tone-bad"
      icon={<IconAlertTriangle size={22} />}
      role="alert"
      title={`Host key of ${host} changed. This may be a man-in-the-middle attack.`}
    >
      <Stack gap="xs">
        <Text size="sm" c="inherit">
          Nothing was sent. Ask the server’s administrator, and trust the new key only if it was changed intentionally,
          for example because the server was reinstalled.
        </Text>
        <Facts
          facts={[
            ['Trusted key', fingerprint(pinned)],
            ['New key', fingerprint(seen)],
          ]}
        />
        <Group>
          <Button color="red.8" onClick={onPin}>
            Trust new key
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

const fingerprint = (key: string) => <Code className="fingerprint">{key}</Code>;
