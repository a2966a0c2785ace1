import { Button, Group, Modal, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { DestinationSummary, SelfTestReport } from '../../../src-shared/model/destination.ts';
import { client } from '../../api/client.ts';
import { Form } from '../../components/forms/form.tsx';
import { OTHER_DISK_HINT } from '../../components/forms/hints.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { type DestinationDraft, messagesOf, secretsOf, settingsOf, suggestedName } from './destination-draft.ts';
import { S3AdvancedFields, S3Fields } from './s3-fields.tsx';
import { SftpFields } from './sftp-fields.tsx';
import { TestResult } from './test-result.tsx';
import { type DestinationFormApi, useDestinationForm } from './use-destination-form.ts';

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
  const [tries, setTries] = useState(0);
  const form = useDestinationForm(summary, tries > 0);
  const draft = form.values;
  const [tested, setTested] = useState<{ saved: DestinationSummary | null; report: SelfTestReport } | null>(null);
  const [abort, setAbort] = useState<AbortController | null>(null);
  const action = useAction('here');

  const save = (next: DestinationDraft, saveAnyway: boolean): void => {
    const controller = new AbortController();
    setAbort(controller);
    form.setValues(next);
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
    >
      {tested === null || (action.pending && tested.saved === null) ? (
        <DestinationForm
          form={form}
          fixedKind={summary !== null}
          tries={tries}
          onTries={setTries}
          pending={action.pending}
          onSave={() => save(draft, false)}
          onCancel={close}
        >
          {action.error !== null && action.error.code !== 'CANCELLED' && <ErrorNotice error={action.error} />}
        </DestinationForm>
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

interface DestinationFormProps {
  form: DestinationFormApi;
  /** The kind of an existing destination does not change. */
  fixedKind: boolean;
  /** How often an incomplete form was to be saved. */
  tries: number;
  onTries(tries: number): void;
  pending: boolean;
  onSave(): void;
  onCancel(): void;
  children: ReactNode;
}

function DestinationForm(props: DestinationFormProps) {
  const { form, fixedKind, tries, onTries, pending, onSave, onCancel, children } = props;
  const element = useRef<HTMLFormElement>(null);
  const { kind, name, limit } = form.values;
  useEffect(() => {
    if (tries > 0) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries]);
  const submit = (): void => {
    const messages = messagesOf(form.values, true);
    form.setErrors(messages);
    if (Object.keys(messages).length === 0) onSave();
    else onTries(tries + 1);
  };
  return (
    <Form ref={element} noValidate onSubmit={submit}>
      <Stack gap="md">
        {!fixedKind && (
          <SegmentedControl
            aria-label="Kind of destination"
            data={KINDS}
            value={kind}
            onChange={(chosen) => {
              onTries(0);
              form.setFieldValue('kind', chosen);
              form.clearErrors();
            }}
          />
        )}
        {kind === 'folder' && (
          <PathField
            kind="folder"
            label="Folder"
            description={`The folder must exist. ${OTHER_DISK_HINT}`}
            placeholder="/mnt/nas/backups"
            {...form.getInputProps('path')}
            value={form.values.path}
          />
        )}
        {kind === 's3' && <S3Fields form={form} />}
        {kind === 'sftp' && <SftpFields form={form} />}
        <TextInput
          label="Name"
          {...form.getInputProps('name')}
          value={name ?? suggestedName(form.values)}
          maxLength={80}
        />
        <Disclosure title="Advanced">
          <Stack gap="md">
            {kind === 's3' && <S3AdvancedFields form={form} />}
            <NumberInput
              label="Bandwidth limit (MB/s)"
              description="Shared by all transfers to this destination."
              placeholder="No limit"
              w={360}
              min={0.01}
              max={1_000_000}
              decimalScale={2}
              value={limit ?? ''}
              onChange={(typed) => form.setFieldValue('limit', typeof typed === 'number' && typed > 0 ? typed : null)}
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
    </Form>
  );
}
