import { Button, Group, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { RestoreCheck } from '../../../src-shared/model/restore/restore.ts';
import type { FilesCheck } from '../../../src-shared/model/restore/restore-files.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';
import { Form } from '../../components/forms/form.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { isActive } from '../../stores/run-list.ts';
import { asksToInsist, DatabaseReview } from './database-review.tsx';
import { EntryForm, entriesOf } from './entry-form.tsx';
import { FilesReview } from './files-review.tsx';
import { filesToCheck, fileWord, replacesFiles, takesDatabase, totalsOf } from './restore-choice.ts';
import { type RestoreOrder, startRestore } from './restore-order.ts';
import { SnapshotKeyForm } from './snapshot-key-form.tsx';
import { type Check, useCheck } from './use-check.ts';

interface ReviewStepProps {
  order: RestoreOrder;
  onCheckStarted(runId: string): void;
  onBack(): void;
  onStarted(runId: string): void;
}

/** The third step: shows the effects of the restore before it starts. */
export function ReviewStep({ order, onCheckStarted, onBack, onStarted }: ReviewStepProps) {
  const { source, choice, targetPath, to } = order;
  const askedFiles = filesToCheck(source, choice, to);
  const files = useCheck(askedFiles, onCheckStarted);
  const filesCheck = files.run?.result?.kind === 'files-check' ? files.run.result.check : null;
  // Files are checked before the database, so that nothing starts that cannot be finished.
  const askedDatabase =
    takesDatabase(choice) && (askedFiles === null || filesCheck !== null) ? { source, targetPath } : null;
  const database = useCheck(askedDatabase, onCheckStarted);
  const databaseCheck = database.run?.result?.kind === 'restore-check' ? database.run.result.check : null;
  const action = useAction('here');
  const complete = (askedFiles === null || filesCheck !== null) && (!takesDatabase(choice) || databaseCheck !== null);
  const start = (force: boolean): void =>
    action.run(() =>
      startRestore(
        databaseCheck === null || database.run === undefined
          ? null
          : {
              checkRunId: database.run.id,
              confirmation: databaseCheck.confirmation,
              ...(force ? { force } : {}),
            },
        filesCheck === null || files.run === undefined
          ? null
          : { checkRunId: files.run.id, confirmation: filesCheck.confirmation },
      ).then(onStarted),
    );
  return (
    <>
      {[files, database].map((check, index) => (
        <Checking key={index === 0 ? 'files' : 'database'} check={check} />
      ))}
      {action.error !== null && <ErrorNotice error={action.error} />}
      {complete ? (
        <Review database={databaseCheck} files={filesCheck} pending={action.pending} onBack={onBack} onStart={start} />
      ) : (
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
        </Group>
      )}
    </>
  );
}

/** A running check, or its error. */
function Checking({ check: { run, action, unlock, choose } }: { check: Check }) {
  const entries = entriesOf(run?.error ?? null);
  return (
    <>
      {run !== undefined && isActive(run) && (
        <>
          <Text size="sm">
            Restoring to a temporary location to compare it with the current state. Nothing is changed yet.
          </Text>
          <RunProgress run={run} />
        </>
      )}
      {run?.error != null && entries.length === 0 && <ErrorNotice error={run.error} />}
      {action.error !== null && <ErrorNotice error={action.error} />}
      {entries.length > 0 && <EntryForm entries={entries} pending={action.pending} onEntry={choose} />}
      {run?.error?.code === 'BAD_KEY' && <SnapshotKeyForm error={run.error} pending={action.pending} onKey={unlock} />}
    </>
  );
}

interface ReviewProps {
  database: RestoreCheck | null;
  files: FilesCheck | null;
  pending: boolean;
  onBack(): void;
  /** `force`: restore also a newer schema. */
  onStart(force: boolean): void;
}

function Review({ database, files, pending, onBack, onStart }: ReviewProps) {
  const [insists, setInsists] = useState(false);
  const [typed, setTyped] = useState('');
  const now = useNow();
  const createdAt = database?.source.createdAt ?? files?.createdAt ?? null;
  const what = createdAt === null ? (database?.source.name ?? '') : `the snapshot of ${momentInWords(createdAt, now)}`;
  const { word, title, button } = wordsOf(database, files, what);
  const tooNew = database !== null && database !== undefined && asksToInsist(database) && !insists;
  return (
    <>
      <Title order={3}>{title}</Title>
      {database !== null && <DatabaseReview check={database} insists={insists} onInsists={setInsists} />}
      {files !== null && (
        <>
          {database !== null && <Title order={4}>Files</Title>}
          <FilesReview check={files} />
        </>
      )}
      <Form onSubmit={() => onStart(insists)}>
        <Group justify="flex-end" align="flex-end">
          {word !== null && (
            <TextInput
              flex={1}
              label={`Type ${word} to confirm`}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              data-autofocus
            />
          )}
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
          <Button
            type="submit"
            {...(word === null ? {} : { color: 'red.8' })}
            disabled={(word !== null && typed.trim() !== word) || tooNew}
            loading={pending}
          >
            {button}
          </Button>
        </Group>
      </Form>
    </>
  );
}

/** The title and button; `word`: what is typed to confirm a replacement. */
function wordsOf(database: RestoreCheck | null, files: FilesCheck | null, what: string) {
  const replaced = files !== null && replacesFiles(totalsOf(files));
  const name = files === null ? '' : fileWord(files);
  const called = name === 'files' ? 'the files' : name;
  if (database === null)
    return {
      word: replaced ? name : null,
      title: `${replaced ? 'Replace' : 'Restore'} ${called} ${replaced ? 'with' : 'from'} ${what}?`,
      button: `${replaced ? 'Replace' : 'Restore'} ${called}`,
    };
  const { target } = database;
  const also = files === null ? '' : ' and the files';
  return {
    word: target.exists ? target.name : replaced ? name : null,
    title: target.exists ? `Replace ${target.name}${also} with ${what}?` : `Restore ${what}?`,
    button: target.exists ? `Replace ${target.name}${also}` : `Restore to ${target.name}${also}`,
  };
}
