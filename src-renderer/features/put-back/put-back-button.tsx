import { Button } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import type { RowKey } from '../../../src-shared/model/rows/cell.ts';
import { useAnswer } from '../../stores/core.ts';
import { openPutBack } from './put-back-store.ts';

/** Opens the dialog for selected rows of a view. A view that shows a database as it is now, or any file, has none. */
export function PutBackButton({ viewId, table, keys }: { viewId: string; table: string; keys: RowKey[] }) {
  const source = useAnswer('browse.describe', { viewId }).value?.source;
  if (source?.snapshotId == null || source.planId === null) return null;
  const { snapshotId, planId } = source;
  return (
    <Button
      size="xs"
      leftSection={<IconArrowBackUp size={14} aria-hidden />}
      onClick={() => openPutBack({ source: { snapshotId }, target: { planId }, rows: [{ table, keys }] })}
    >
      Put back…
    </Button>
  );
}
