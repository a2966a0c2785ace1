import { Text } from '@mantine/core';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { isActive } from '../../stores/run-list.ts';
import { SnapshotKeyForm } from '../restore/snapshot-key-form.tsx';
import type { OpenedView } from './use-view.ts';

/** How far the opening is, or why it failed. */
export function Opening({ view: { run, action, open }, label = 'Opening…' }: { view: OpenedView; label?: string }) {
  const error = action.error ?? run?.error ?? null;
  if (error === null)
    return run !== undefined && isActive(run) ? <RunProgress run={run} /> : <Text size="sm">{label}</Text>;
  return (
    <>
      <ErrorNotice error={error} onRetry={() => open()} />
      {error.code === 'BAD_KEY' && <SnapshotKeyForm error={error} pending={action.pending} onKey={open} />}
    </>
  );
}
