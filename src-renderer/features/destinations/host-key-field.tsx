import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconKey, IconPinned } from '@tabler/icons-react';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';

interface HostKeyFieldProps {
  host: string;
  port: number;
  /** The key the host is known by; `null`: by none yet. */
  pinned: string | null;
  onPin(hostKey: string): void;
  error: string | undefined;
}

/** The key by which an SSH host is known: shown to be compared, and pinned by a person. */
export function HostKeyField({ host, port, pinned, onPin, error }: HostKeyFieldProps) {
  const [seen, setSeen] = useState<string | null>(null);
  const action = useAction('here');
  const look = (): void =>
    action.run(async () => setSeen((await client.call('destinations.hostKey', { host, port })).hostKey));
  return (
    <Stack gap="xs" role="group" aria-label="Key of the host">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" className="wraps">
          {pinned === null ? (
            'The host is not known yet. Nothing is sent before you have compared its key and pinned it.'
          ) : (
            <>
              <IconPinned size={15} aria-hidden className="inline-icon" /> Pinned: <Code>{pinned}</Code>
            </>
          )}
        </Text>
        <Button variant="default" onClick={look} loading={action.pending} disabled={host === ''} flex="none">
          Show host key
        </Button>
      </Group>
      {error !== undefined && seen === null && (
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
          {host} shows this key now.
        </Text>
      )}
    </Stack>
  );
}

function SeenKey({ host, seen, pinned, onPin }: { host: string; seen: string; pinned: string | null; onPin(): void }) {
  if (pinned !== null) return <ChangedHostKey host={host} seen={seen} pinned={pinned} onPin={onPin} />;
  return (
    <Alert className="tone-info" icon={<IconKey size={18} />} title={`${host} shows this key`}>
      <Stack gap="xs">
        <Code className="fingerprint">{seen}</Code>
        <Text size="sm" c="inherit">
          Compare it with what the server itself says: <Code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</Code>
        </Text>
        <Group>
          <Button onClick={onPin}>It is the same: pin this key</Button>
        </Group>
      </Stack>
    </Alert>
  );
}

/** A host that shows another key than the pinned one; not to be missed. */
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
      title={`The key of ${host} has changed. Somebody may stand in between.`}
    >
      <Stack gap="xs">
        <Text size="sm" c="inherit">
          Ask who runs the server. Pin the new key only if it was changed on purpose, for example because the server was
          set up anew. Nothing was sent.
        </Text>
        <dl className="described">
          <dt>Pinned</dt>
          <dd>
            <Code className="fingerprint">{pinned}</Code>
          </dd>
          <dt>Now</dt>
          <dd>
            <Code className="fingerprint">{seen}</Code>
          </dd>
        </dl>
        <Group>
          <Button color="red.8" onClick={onPin}>
            It was changed on purpose: pin the new key
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
