import { Alert, Button, Group, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { RestoreCheck } from '../../../src-shared/model/restore.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { PathText } from '../../components/path-text.tsx';
import { RunProgress } from '../../components/run-progress.tsx';
import { isActive, useRun } from '../../stores/runs-store.ts';
import { canUndo } from '../activity/run-words.ts';
import { UndoButton } from './undo-button.tsx';

/** A restore while it goes on, and its end: restored, with Undo, or what went wrong. */
export function RestoringStep({ runId, check, onClose }: { runId: string; check: RestoreCheck; onClose(): void }) {
  const [undoRunId, setUndoRunId] = useState<string | null>(null);
  const restore = useRun(runId);
  const undo = useRun(undoRunId);
  const run = undo ?? restore;
  if (run === undefined) return null;
  return (
    <>
      <PathText path={check.target.path} />
      {isActive(run) && <RunProgress run={run} />}
      {run.error !== null && <ErrorNotice error={run.error} />}
      {(run.result?.kind === 'restore' || run.result?.kind === 'undo') && run.state === 'succeeded' && (
        <Alert className="tone-good" icon={<IconCircleCheck size={20} />}>
          <Title order={3}>{run.kind === 'undo' ? 'Undone' : 'Restored'}</Title>
          <Text size="sm" c="inherit">
            {countInWords(run.result.rows, 'row')} in {countInWords(run.result.tables, 'table')} checked.{' '}
            {run.result.note}
          </Text>
        </Alert>
      )}
      {!isActive(run) && (
        <Group justify="flex-end">
          {restore !== undefined && canUndo(restore) && undo === undefined && (
            <UndoButton run={restore} onStarted={setUndoRunId} />
          )}
          <Button onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      )}
    </>
  );
}
