import { Button, Group, Modal, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { DestinationSummary, SelfTestReport } from '../../../src-shared/model/destination.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { ErrorNotice } from '../../components/errors.tsx';
import { OTHER_DISK_HINT } from '../../components/hints.ts';
import { PathField } from '../../components/path-field.tsx';
import { useAction } from '../../hooks/use-action.ts';
import {
  type DestinationDraft,
  draftOf,
  type Field,
  problemsOf,
  secretsOf,
  settingsOf,
  suggestedName,
} from './destination-draft.ts';
import type { DraftProps } from './field-props.ts';
import { S3AdvancedFields, S3Fields } from './s3-fields.tsx';
import { SftpFields } from './sftp-fields.tsx';
import { TestResult } from './test-result.tsx';

const KINDS: Array<{ value: DestinationDraft['kind']; label: string }> = [
  { value: 'folder', label: 'Folder' },
  { value: 's3', label: 'S3-compatible' },
  { value: 'sftp', label: 'SFTP' },
];

interface DestinationDialogProps {
  /** The destination to edit; `null`: a new one. */
  summary: DestinationSummary | null;
  onClose(): void;
  onSaved?(destination: DestinationSummary): void;
}

/** Adds or edits a destination, and tests it before it is saved. */
export function DestinationDialog({ summary, onClose, onSaved }: DestinationDialogProps) {
  const [draft, setDraft] = useState(() => draftOf(summary));
  const [tested, setTested] = useState<{ saved: DestinationSummary | null; report: SelfTestReport } | null>(null);
  const [abort, setAbort] = useState<AbortController | null>(null);
  const action = useAction('here');

  const save = (next: DestinationDraft, saveAnyway: boolean): void => {
    const controller = new AbortController();
    setAbort(controller);
    setDraft(next);
    action.run(async () => {
      const { destination, report } = await client.call(
        'destinations.save',
        {
          ...(summary === null ? {} : { destinationId: summary.destination.id }),
          name: (next.name ?? suggestedName(next)).trim(),
          settings: settingsOf(next),
          secrets: secretsOf(next),
          ...(saveAnyway ? { saveAnyway } : {}),
        },
        { signal: controller.signal },
      );
      setTested({ saved: destination, report });
      if (destination !== null) onSaved?.(destination);
      if (destination !== null && saveAnyway) onClose();
    });
  };
  const close = (): void => {
    abort?.abort();
    onClose();
  };

  return (
    <Modal
      opened
      onClose={close}
      size={680}
      title={summary === null ? 'Add destination' : `Edit ${summary.destination.name}`}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {tested === null || (action.pending && tested.saved === null) ? (
        <DraftForm
          draft={draft}
          fixedKind={summary !== null}
          onChange={setDraft}
          pending={action.pending}
          onSave={() => save(draft, false)}
          onCancel={close}
        >
          {action.error !== null && action.error.code !== 'CANCELLED' && <ErrorNotice error={action.error} />}
        </DraftForm>
      ) : (
        <TestResult
          name={(draft.name ?? suggestedName(draft)).trim()}
          saved={tested.saved !== null}
          report={tested.report}
          sftp={draft.kind === 'sftp' ? draft.sftp : null}
          onBack={() => setTested(null)}
          onSaveAnyway={() => save(draft, true)}
          onPin={(hostKey) => {
            setTested(null);
            save({ ...draft, sftp: { ...draft.sftp, hostKey } }, false);
          }}
          onClose={close}
        />
      )}
    </Modal>
  );
}

interface DraftFormProps {
  draft: DestinationDraft;
  /** The kind of an existing destination does not change. */
  fixedKind: boolean;
  onChange(draft: DestinationDraft): void;
  pending: boolean;
  onSave(): void;
  onCancel(): void;
  children: React.ReactNode;
}

function DraftForm({ draft, fixedKind, onChange, pending, onSave, onCancel, children }: DraftFormProps) {
  const [tried, setTried] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const problems = problemsOf(draft);
  const errorOf = (field: Field): string | undefined => {
    const problem = problems[field];
    return problem === undefined || (problem.missing && tried === 0) ? undefined : problem.message;
  };
  useEffect(() => {
    if (tried > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tried]);
  const parts: DraftProps = { draft, onChange, errorOf };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (Object.keys(problems).length === 0) onSave();
        else setTried((times) => times + 1);
      }}
    >
      <Stack gap="md">
        {!fixedKind && (
          <SegmentedControl
            aria-label="Kind of destination"
            data={KINDS}
            value={draft.kind}
            onChange={(kind) => {
              setTried(0);
              onChange({ ...draft, kind: kind as DestinationDraft['kind'] });
            }}
          />
        )}
        {draft.kind === 'folder' && (
          <PathField
            kind="folder"
            label="Folder"
            description={`The folder must exist. ${OTHER_DISK_HINT}`}
            placeholder="/mnt/nas/backups"
            value={draft.path}
            onChange={(path) => onChange({ ...draft, path })}
            error={errorOf('path')}
          />
        )}
        {draft.kind === 's3' && <S3Fields {...parts} />}
        {draft.kind === 'sftp' && <SftpFields {...parts} />}
        <TextInput
          label="Name"
          value={draft.name ?? suggestedName(draft)}
          onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
          error={errorOf('name')}
          maxLength={80}
        />
        <Disclosure title="Advanced">
          <Stack gap="md">
            {draft.kind === 's3' && <S3AdvancedFields {...parts} />}
            <NumberInput
              label="Bandwidth limit (MB/s)"
              description="Shared by all transfers to this destination."
              placeholder="No limit"
              w={360}
              min={0.01}
              max={1_000_000}
              decimalScale={2}
              value={draft.limit ?? ''}
              onChange={(limit) => onChange({ ...draft, limit: typeof limit === 'number' && limit > 0 ? limit : null })}
            />
          </Stack>
        </Disclosure>
        {children}
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" c="dimmed" role="status">
            {pending ? 'Testing: write, list, read and delete a small file…' : ''}
          </Text>
          <Group gap="sm" wrap="nowrap">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={pending}>
              Save and test
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
