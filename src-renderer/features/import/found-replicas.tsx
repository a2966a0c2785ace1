import { Button, Group, Stack, Text } from '@mantine/core';
import type { Replica } from '../../../src-shared/model/history/replica.ts';
import { PathText } from '../../components/status/path-text.tsx';
import { navigate } from '../../hooks/address.ts';
import { replicaAddress } from '../history/replica-address.ts';

/** The replicas of Litestream that were found at a location; each is opened on a page. */
export function FoundReplicas({ replicas, onOpen }: { replicas: readonly Replica[]; onOpen(): void }) {
  const open = (replica: Replica): void => {
    onOpen();
    navigate(replicaAddress('/replica', replica));
  };
  return replicas.map((replica) => {
    const folder = 'path' in replica ? replica.path : replica.folder;
    return (
      <Group key={folder} justify="space-between" gap="xs" wrap="nowrap">
        <Stack gap={0} miw={0}>
          <Text size="sm">Litestream replica</Text>
          <PathText path={folder === '' ? 'The destination itself' : folder} size="xs" c="dimmed" />
        </Stack>
        <Button size="xs" aria-label={`Open the replica ${folder}`.trim()} onClick={() => open(replica)}>
          Open
        </Button>
      </Group>
    );
  });
}
