import { Button } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import type { Run } from '../../../src-shared/model/run.ts';
import { client } from '../../api/client.ts';
import { useAction } from '../../hooks/use-action.ts';
import { addRun } from '../../stores/runs.ts';

/** Undoes a restore. */
export function UndoButton({ run, onStarted }: { run: Run; onStarted(undoRunId: string): void }) {
  const action = useAction();
  const undo = (): void => {
    action.run(async () => {
      const answer = await client.call('restores.undo', { runId: run.id });
      addRun(answer.run);
      onStarted(answer.run.id);
    });
  };
  return (
    <Button
      variant="default"
      leftSection={<IconArrowBackUp size={16} aria-hidden />}
      onClick={undo}
      loading={action.pending}
    >
      Undo
    </Button>
  );
}
