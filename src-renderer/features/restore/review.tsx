import { Button, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type Ref, useEffect, useRef } from 'react';
import type { RestoreCheck, RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type { FilesCheck } from '../../../src-shared/model/restore/restore-files.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';
import { Form } from '../../components/forms/form.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { type Action, useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { isActive } from '../../stores/run-list.ts';
import { asksToInsist, DatabaseReview } from './database-review.tsx';
import { EntryForm, entriesOf } from './entry-form.tsx';
import { FilesReview } from './files-review.tsx';
import { filesToCheck, takesDatabase } from './restore-choice.ts';
import { reviewWords } from './restore-form.ts';
import { type Confirmed, type RestoreOrder, startRestore } from './restore-order.ts';
import { SnapshotKeyForm } from './snapshot-key-form.tsx';
import { type Check, useCheck } from './use-check.ts';

interface ReviewProps {
  order: RestoreOrder;
  onCheckStarted(runId: string): void;
  /** Checks again. */
  onRetry(): void;
  onStarted(runId: string): void;
  onClose(): void;
}

/** Compares a snapshot with the current state, then shows the effects of the restore and asks for confirmation. */
export function Review({ order, onCheckStarted, onRetry, onStarted, onClose }: ReviewProps) {
  const { files, database, filesCheck, databaseCheck, isComplete } = useChecks(order, onCheckStarted);
  const hasFailed = [files, database].some(hasEndedBadly);
  const heading = useRef<HTMLHeadingElement>(null);
  // The pressed button is gone and the comparison is below the fields, so it gets the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: again once the comparison is complete
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: 'start' });
  }, [isComplete]);
  const action = useAction('here');
  const start = (force: boolean): void =>
    action.run(() =>
      startRestore(confirmedOf(database, databaseCheck, force), confirmedOf(files, filesCheck, false)).then(onStarted),
    );
  if (isComplete)
    return (
      <Confirmation
        source={order.source}
        database={databaseCheck}
        files={filesCheck}
        heading={heading}
        action={action}
        onStart={start}
        onClose={onClose}
      />
    );
  return (
    <>
      <Title order={3} ref={heading} tabIndex={-1}>
        Comparison
      </Title>
      {[files, database].map((check, index) => (
        <Checking key={index === 0 ? 'files' : 'database'} check={check} />
      ))}
      <div className="sheet-footer">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        {hasFailed ? (
          <Button variant="default" onClick={onRetry}>
            Retry
          </Button>
        ) : (
          <Button loading>Review changes</Button>
        )}
      </div>
    </>
  );
}

/** Checks the files, then the database, so that nothing starts that cannot be finished. */
function useChecks({ source, choice, targetPath, to }: RestoreOrder, onStarted: (runId: string) => void) {
  const askedFiles = filesToCheck(source, choice, to);
  const files = useCheck(askedFiles, onStarted);
  const filesCheck = files.run?.result?.kind === 'files-check' ? files.run.result.check : null;
  const filesDone = askedFiles === null || filesCheck !== null;
  const database = useCheck(takesDatabase(choice) && filesDone ? { source, targetPath } : null, onStarted);
  const databaseCheck = database.run?.result?.kind === 'restore-check' ? database.run.result.check : null;
  const isComplete = filesDone && (!takesDatabase(choice) || databaseCheck !== null);
  return { files, database, filesCheck, databaseCheck, isComplete };
}

function hasEndedBadly({ run, action: { pending, error } }: Check): boolean {
  return !pending && (error !== null || (run !== undefined && !isActive(run) && run.state !== 'succeeded'));
}

function confirmedOf({ run }: Check, check: { confirmation: string } | null, force: boolean): Confirmed | null {
  if (run === undefined || check === null) return null;
  return { checkRunId: run.id, confirmation: check.confirmation, ...(force ? { force } : {}) };
}

/** A running check, or its error. */
function Checking({ check: { run, action, again, unlock, choose } }: { check: Check }) {
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
      {run?.error != null && entries.length === 0 && (
        <ErrorNotice error={run.error} {...(run.error.retryable && { onRetry: again })} />
      )}
      {action.error !== null && <ErrorNotice error={action.error} onRetry={again} />}
      {entries.length > 0 && <EntryForm entries={entries} pending={action.pending} onEntry={choose} />}
      {run?.error?.code === 'BAD_KEY' && <SnapshotKeyForm error={run.error} pending={action.pending} onKey={unlock} />}
    </>
  );
}

interface ConfirmationProps {
  source: RestoreSource;
  database: RestoreCheck | null;
  files: FilesCheck | null;
  heading: Ref<HTMLHeadingElement>;
  action: Action;
  /** `force`: restore also a newer schema. */
  onStart(force: boolean): void;
  onClose(): void;
}

function Confirmation({ source, database, files, heading, action, onStart, onClose }: ConfirmationProps) {
  const form = useForm({ initialValues: { name: '', force: false } });
  const { name, force } = form.values;
  const now = useNow();
  const createdAt = database?.source.createdAt ?? files?.createdAt ?? null;
  const what = createdAt === null ? (database?.source.name ?? '') : `the snapshot of ${momentInWords(createdAt, now)}`;
  const { word, title, button } = reviewWords(database, files, what);
  const mustForce = database !== null && asksToInsist(database) && !force;
  return (
    <>
      <Title order={3} ref={heading} tabIndex={-1} className="wraps">
        {title}
      </Title>
      {database !== null && (
        <DatabaseReview
          check={database}
          source={source}
          insists={force}
          onInsists={(insists) => form.setFieldValue('force', insists)}
        />
      )}
      {files !== null && (
        <>
          {database !== null && <Title order={4}>Files</Title>}
          <FilesReview check={files} />
        </>
      )}
      {action.error !== null && <ErrorNotice error={action.error} />}
      <Form className="sheet-footer" onSubmit={() => onStart(force)}>
        {word !== null && (
          <TextInput
            className="sheet-word"
            label={`Type ${word} to confirm`}
            {...form.getInputProps('name')}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          {...(word === null ? {} : { color: 'red.8' })}
          disabled={(word !== null && name.trim() !== word) || mustForce}
          loading={action.pending}
        >
          {button}
        </Button>
      </Form>
    </>
  );
}
