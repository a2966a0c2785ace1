import { Alert, Button, Group, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { RestoredFiles } from '../../../src-shared/model/restore/restore-files.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { isActive } from '../../stores/run-list.ts';
import { useRun } from '../../stores/runs.ts';
import { canUndo } from '../activity/run-words.ts';
import { UndoButton } from './undo-button.tsx';

/** The progress of a restore and its result, with Undo; after Undo, the same for that. */
export function RestoringStep({ runId, onClose }: { runId: string; onClose(): void }) {
  const restore = useRun(runId);
  const [undoRunId, setUndoRunId] = useState<string | null>(null);
  const undo = useRun(undoRunId);
  const run = undo ?? restore;
  if (run === undefined || restore === undefined) return null;
  const done = run.state === 'succeeded' ? outcomeOf(run) : null;
  return (
    <>
      {isActive(run) && (
        <>
          <Text size="sm" fw={500}>
            {run.subject}
          </Text>
          <RunProgress run={run} />
        </>
      )}
      {run.error !== null && <ErrorNotice error={run.error} />}
      {done !== null && (
        <Alert className="tone-good" icon={<IconCircleCheck size={20} />}>
          <Title order={3}>{TITLES[run.kind] ?? 'Restored'}</Title>
          {done.lines.map((line) => (
            <Text key={line} size="sm" c="inherit">
              {line}
            </Text>
          ))}
          {done.paths.map((path) => (
            <PathText key={path} path={path} />
          ))}
        </Alert>
      )}
      {done?.note != null && <Note tone="warn">{done.note}</Note>}
      {!isActive(run) && (
        <Group justify="flex-end">
          {canUndo(restore) && undo === undefined && <UndoButton run={restore} onStarted={setUndoRunId} />}
          <Button onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      )}
    </>
  );
}

const TITLES: Partial<Record<Run['kind'], string>> = { undo: 'Undone', putBackRows: 'Put back' };

/** The result of a restore or its undo. */
function outcomeOf({ result }: Run): { lines: string[]; note: string | null; paths: string[] } | null {
  if (result?.kind === 'files-restore')
    return { lines: filesLine(result.files), note: null, paths: result.files.map(({ targetPath }) => targetPath) };
  if (result?.kind === 'putBackRows')
    return { lines: [`${countInWords(result.rows, 'row')} changed.`], note: result.note, paths: [result.targetPath] };
  if (result?.kind !== 'restore' && result?.kind !== 'undo') return null;
  const { rows, tables, note, targetPath, files } = result;
  return {
    lines: [
      `${countInWords(rows, 'row')} in ${countInWords(tables, 'table')} checked.`,
      ...(files.length === 0 ? [] : filesLine(files)),
    ],
    note,
    paths: [targetPath, ...files.map((each) => each.targetPath)],
  };
}

function filesLine(files: readonly RestoredFiles[]): string[] {
  const changed = files.reduce((sum, each) => sum + each.changed, 0);
  return [changed === 0 ? 'No files changed.' : `${countInWords(changed, 'file')} restored.`];
}
