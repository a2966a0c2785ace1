import { Button } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import type { BrowsedSource } from '../../../src-shared/model/rows/browse.ts';
import type { RowsToPutBack } from '../../../src-shared/model/rows/put-back.ts';
import { useAnswer } from '../../stores/core.ts';
import { openPutBack } from './put-back-store.ts';

interface PutBackProps {
  rows: RowsToPutBack;
  label?: string;
  /** It is one of several things that can be done. */
  minor?: boolean;
}

/** Opens the dialog for rows of a view. */
export function PutBackButton({ viewId, ...rest }: PutBackProps & { viewId: string }) {
  const source = useAnswer('browse.describe', { viewId }).value?.source;
  return source !== undefined && <PutBackFrom source={source} {...rest} />;
}

/** Opens the dialog for rows of a snapshot. A database as it is now, or any file, has none. */
export function PutBackFrom({
  source: { snapshotId, planId },
  rows,
  label = 'Put back…',
  minor = false,
}: PutBackProps & { source: Pick<BrowsedSource, 'snapshotId' | 'planId'> }) {
  if (snapshotId === null || planId === null) return null;
  return (
    <Button
      size="xs"
      variant={minor ? 'default' : 'filled'}
      leftSection={<IconArrowBackUp size={14} aria-hidden />}
      onClick={() => openPutBack({ source: { snapshotId }, target: { planId }, rows: [rows] })}
    >
      {label}
    </Button>
  );
}
