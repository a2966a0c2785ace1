import { IconArrowBackUp } from '@tabler/icons-react';
import type { Run } from '../../../src-shared/model/run.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { addRun } from '../../stores/runs.ts';

/** Undoes a restore. */
export function UndoButton({ run, onStarted }: { run: Run; onStarted(undoRunId: string): void }) {
  const undo = async (): Promise<void> => {
    const answer = await client.call('restores.undo', { runId: run.id });
    addRun(answer.run);
    onStarted(answer.run.id);
  };
  return (
    <ActionButton variant="default" leftSection={<IconArrowBackUp size={16} aria-hidden />} act={undo}>
      Undo
    </ActionButton>
  );
}
