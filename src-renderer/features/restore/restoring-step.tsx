import { Alert, Button, Group, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconHourglass } from '@tabler/icons-react';
import { useState } from 'react';
import type { Run } from '../../../src-shared/model/run.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { PathText } from '../../components/path-text.tsx';
import { RunProgress } from '../../components/run-progress.tsx';
import { isActive, useRun } from '../../stores/runs-store.ts';
import { canUndo } from '../activity/run-words.ts';
import type { RestoreRuns } from './restore-order.ts';
import { UndoButton } from './undo-button.tsx';

/** A restore while it goes on, and its end: restored, with Undo, or what went wrong. */
export function RestoringStep({ runs, onClose }: { runs: RestoreRuns; onClose(): void }) {
  const database = useRun(runs.database);
  const files = useRun(runs.files);
  const both = runs.database !== null && (runs.files !== null || runs.filesFollow);
  const goesOn = runs.filesFollow || [database, files].some((run) => run !== undefined && isActive(run));
  return (
    <>
      {database !== undefined && <OneRestore run={database} {...(both ? { what: 'Database' } : {})} />}
      {files !== undefined && <OneRestore run={files} {...(both ? { what: 'Files' } : {})} />}
      {runs.filesFollow && (
        <Group gap={8} c="dimmed" role="status">
          <IconHourglass size={16} aria-hidden />
          <Text size="sm">The files follow when the database is restored.</Text>
        </Group>
      )}
      {!goesOn && (
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      )}
    </>
  );
}

/** One run of a restore and, after Undo, of that. */
function OneRestore({ run: restore, what }: { run: Run; what?: string }) {
  const [undoRunId, setUndoRunId] = useState<string | null>(null);
  const undo = useRun(undoRunId);
  const run = undo ?? restore;
  const done = run.state === 'succeeded' ? outcomeOf(run) : null;
  return (
    <>
      {isActive(run) && (
        <>
          <Text size="sm" fw={500}>
            {what ?? run.subject}
          </Text>
          <RunProgress run={run} />
        </>
      )}
      {run.error !== null && <ErrorNotice error={run.error} />}
      {done !== null && (
        <Alert className="tone-good" icon={<IconCircleCheck size={20} />}>
          <Title order={3}>{titleOf(run.kind === 'undo' ? 'Undone' : 'Restored', what)}</Title>
          <Text size="sm" c="inherit">
            {done.words}
          </Text>
          {done.paths.map((path) => (
            <PathText key={path} path={path} />
          ))}
        </Alert>
      )}
      {!isActive(run) && canUndo(restore) && undo === undefined && (
        <Group justify="flex-end">
          <UndoButton run={restore} onStarted={setUndoRunId} {...(what === undefined ? {} : { what })} />
        </Group>
      )}
    </>
  );
}

const titleOf = (done: string, what: string | undefined): string =>
  what === undefined ? done : `${what} ${done.toLowerCase()}`;

/** What a restore or its undo brought. */
function outcomeOf({ result }: Run): { words: string; paths: string[] } | null {
  if (result?.kind === 'restore' || result?.kind === 'undo')
    return {
      words: `${countInWords(result.rows, 'row')} in ${countInWords(result.tables, 'table')} checked. ${result.note ?? ''}`,
      paths: [result.targetPath],
    };
  if (result?.kind !== 'files-restore') return null;
  const changed = result.files.reduce((sum, each) => sum + each.changed, 0);
  return {
    words: changed === 0 ? 'Nothing differed.' : `${countInWords(changed, 'file')} put right.`,
    paths: result.files.map(({ targetPath }) => targetPath),
  };
}
