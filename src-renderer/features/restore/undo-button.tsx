import { Button, Group, Stack } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useState } from 'react';
import type { UndoPreview } from '../../../src-shared/model/restore/restore.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Note } from '../../components/messages/note.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { addRun } from '../../stores/runs.ts';

/** Undoes what a run replaced; asks first where the database has been written to since. */
export function UndoButton({ run, onStarted }: { run: Run; onStarted(undoRunId: string): void }) {
  const [asked, setAsked] = useState<UndoPreview['database']>(null);
  const start = async (): Promise<void> => {
    const answer = await client.call('restores.undo', { runId: run.id });
    addRun(answer.run);
    onStarted(answer.run.id);
  };
  const undo = async (): Promise<void> => {
    const { database } = await client.call('restores.previewUndo', { runId: run.id });
    if (database === null || database.writtenSince === false) return start();
    setAsked(database);
  };
  if (asked !== null) return <UndoQuestion run={run} database={asked} act={start} onCancel={() => setAsked(null)} />;
  return (
    <ActionButton variant="default" leftSection={<IconArrowBackUp size={16} aria-hidden />} act={undo}>
      Undo
    </ActionButton>
  );
}

interface UndoQuestionProps {
  run: Run;
  database: NonNullable<UndoPreview['database']>;
  act(): Promise<void>;
  onCancel(): void;
}

/** Says in place of the button which changes an undo removes from the database, and where they stay. */
function UndoQuestion({ run, database: { writtenSince }, act, onCancel }: UndoQuestionProps) {
  const since = momentInWords(run.finishedAt ?? run.queuedAt, useNow());
  return (
    <Stack gap="sm" w="100%" role="group" aria-label="Undo and remove later changes?">
      <Note tone="warn">
        {run.subject} {writtenSince === null ? 'may have been' : 'has been'} written to since {since}. Undo replaces the
        whole database with its previous content and removes later changes from it. They are kept in a safety snapshot:
        undo the undo in Activity to get them back.
      </Note>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel} ref={focus}>
          Cancel
        </Button>
        <ActionButton color="red.8" act={act}>
          Undo anyway
        </ActionButton>
      </Group>
    </Stack>
  );
}

/** The button that was pressed is gone. */
const focus = (button: HTMLButtonElement | null): void => button?.focus();
