import { Alert, Button, Checkbox, Group, Text, TextInput, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconFilePlus,
  IconKey,
  IconShieldCheck,
  IconVersions,
} from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RestoreCheck, RestoreSource } from '../../../src-shared/model/restore.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { PathText } from '../../components/path-text.tsx';
import { RunProgress } from '../../components/run-progress.tsx';
import { momentInWords, useNow } from '../../components/time.ts';
import { useAction } from '../../components/use-action.ts';
import { isActive, putRun, useRun } from '../../stores/runs-store.ts';
import { ChangesTable } from './changes-table.tsx';
import { SnapshotKeyForm } from './snapshot-key-form.tsx';

interface ReviewStepProps {
  source: RestoreSource;
  targetPath: string;
  onCheckStarted(runId: string): void;
  onBack(): void;
  onStarted(runId: string, check: RestoreCheck): void;
}

/** The third step: what would happen, worked out on the real thing, before anything does. */
export function ReviewStep({ source, targetPath, onCheckStarted, onBack, onStarted }: ReviewStepProps) {
  const [runId, setRunId] = useState<string | null>(null);
  const run = useRun(runId);
  const action = useAction('here');
  const { run: act } = action;
  const started = useRef(false);
  const look = useCallback(
    (key?: string) =>
      act(async () => {
        const given = key === undefined ? {} : { key: { value: key } };
        const answer = await client.call('restores.check', { source, targetPath, ...given });
        putRun(answer.run);
        setRunId(answer.run.id);
        onCheckStarted(answer.run.id);
      }),
    [source, targetPath, act, onCheckStarted],
  );
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    look();
  }, [look]);
  const check = run?.result?.kind === 'restore-check' ? run.result.check : null;
  const start = (force: boolean): void => {
    act(async () => {
      if (check === null || runId === null) return;
      const answer = await client.call('restores.start', {
        checkRunId: runId,
        confirmation: check.confirmation,
        ...(force ? { force } : {}),
      });
      putRun(answer.run);
      onStarted(answer.run.id, check);
    });
  };
  return (
    <>
      {run !== undefined && isActive(run) && (
        <>
          <Text size="sm">Restoring to a scratch place and comparing with what is there. Nothing is changed yet.</Text>
          <RunProgress run={run} />
        </>
      )}
      {run?.error != null && <ErrorNotice error={run.error} />}
      {action.error !== null && <ErrorNotice error={action.error} />}
      {run?.error?.code === 'BAD_KEY' && <SnapshotKeyForm error={run.error} pending={action.pending} onKey={look} />}
      {check === null ? (
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
        </Group>
      ) : (
        <Review check={check} pending={action.pending} onBack={onBack} onStart={start} />
      )}
    </>
  );
}

function Review({
  check,
  pending,
  onBack,
  onStart,
}: {
  check: RestoreCheck;
  pending: boolean;
  onBack(): void;
  /** `force`: also what is newer than the database. */
  onStart(force: boolean): void;
}) {
  const [insists, setInsists] = useState(false);
  const [typed, setTyped] = useState('');
  const now = useNow();
  const { source, target, guard } = check;
  const what = source.createdAt === null ? source.name : `the snapshot of ${momentInWords(source.createdAt, now)}`;
  return (
    <>
      <Title order={3}>{target.exists ? `Replace ${target.name} with ${what}?` : `Restore ${what}?`}</Title>
      <PathText path={target.path} />
      <ChangesTable changes={check.tables} exists={target.exists && target.damage === null} />
      <Guard guard={guard} insists={insists} onInsists={setInsists} />
      <Alert className="tone-good" icon={<IconShieldCheck size={18} />}>
        <Text size="sm" c="inherit">
          {check.verification.message}
        </Text>
      </Alert>
      {target.exists ? <Consequences check={check} /> : <NewFile />}
      {check.keyNote !== null && (
        <Alert className="tone-info" icon={<IconKey size={18} />}>
          <Text size="sm" c="inherit">
            {check.keyNote}
          </Text>
        </Alert>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onStart(insists);
        }}
      >
        <Group justify="flex-end" align="flex-end">
          {target.exists && (
            <TextInput
              flex={1}
              label={`Type ${target.name} to confirm`}
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
            {...(target.exists ? { color: 'red.8' } : {})}
            disabled={(target.exists && typed.trim() !== target.name) || (guard.state === 'newer' && !insists)}
            loading={pending}
          >
            {target.exists ? `Replace ${target.name}` : `Restore to ${target.name}`}
          </Button>
        </Group>
      </form>
    </>
  );
}

/** What the version of the schema says, where a person should know. */
function Guard({
  guard,
  insists,
  onInsists,
}: {
  guard: RestoreCheck['guard'];
  insists: boolean;
  onInsists(insists: boolean): void;
}) {
  const newer = guard.state === 'newer';
  return (
    <>
      {guard.warning !== null && (
        <Alert className="tone-bad" icon={<IconAlertTriangle size={18} />}>
          <Text size="sm" c="inherit">
            {guard.warning}
          </Text>
        </Alert>
      )}
      {(newer || guard.state === 'older') && (
        <Alert className={newer ? 'tone-bad' : 'tone-info'} icon={<IconVersions size={18} />}>
          <Text size="sm" c="inherit">
            {guard.message}
          </Text>
          {newer && (
            <Checkbox
              mt="sm"
              label="Restore it all the same"
              checked={insists}
              onChange={(event) => onInsists(event.currentTarget.checked)}
            />
          )}
        </Alert>
      )}
    </>
  );
}

function Consequences({ check: { target, rowsLost, schemaChanges, safetyFolder, guard } }: { check: RestoreCheck }) {
  const holders = target.openBy.map((holder) => holder.name).join(', ');
  const versions = guard.state === 'same' || guard.state === 'unknown' ? guard.message : '';
  return (
    <>
      <Alert className="tone-warn" icon={<IconAlertTriangle size={18} />}>
        <Text size="sm" c="inherit">
          {target.damage !== null && `${target.damage} `}
          {rowsLost > 0 && (
            <>
              <strong>You will lose {countInWords(rowsLost, 'row')}</strong> newer than this snapshot.{' '}
            </>
          )}
          {target.damage === null && rowsLost === 0 && 'No table has fewer rows afterwards. '}
          {target.damage === null && schemaChanges.length === 0 && versions}
        </Text>
        {schemaChanges.length > 0 && (
          <ul className="plain-list">
            {schemaChanges.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        )}
      </Alert>
      <Alert className="tone-info" icon={<IconArrowBackUp size={18} />}>
        <Text size="sm" c="inherit">
          What is there now is kept first, in {safetyFolder}; <strong>Undo</strong> puts it back.{' '}
          {holders !== '' &&
            target.method === 'into-live' &&
            `${holders} has the database open and will see the restored rows at once.`}
          {holders !== '' &&
            target.method === 'replace-file' &&
            `${holders} has the database open and has to be closed first, for this restore exchanges the file.`}
        </Text>
      </Alert>
    </>
  );
}

function NewFile() {
  return (
    <Alert className="tone-info" icon={<IconFilePlus size={18} />}>
      <Text size="sm" c="inherit">
        There is nothing at this path; a new file is made.
      </Text>
    </Alert>
  );
}
