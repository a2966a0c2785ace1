import { Button, Group, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Form } from '../../components/forms/form.tsx';
import { OTHER_DISK_HINT } from '../../components/forms/hints.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { type DestinationDraft, messagesOf, suggestedName } from './destination-draft.ts';
import { S3AdvancedFields, S3Fields } from './s3-fields.tsx';
import { SftpFields } from './sftp-fields.tsx';
import type { DestinationFormApi } from './use-destination-form.ts';

const KINDS: Array<{ value: DestinationDraft['kind']; label: string }> = [
  { value: 'folder', label: 'Folder' },
  { value: 's3', label: 'S3-compatible' },
  { value: 'sftp', label: 'SFTP' },
];

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
  /** The error of saving. */
  children: ReactNode;
}

/** The settings of a destination. */
export function DestinationForm(props: DestinationFormProps) {
  const { form, fixedKind, tries, onTries, pending, onSave, onCancel, children } = props;
  const element = useRef<HTMLFormElement>(null);
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
            value={form.values.kind}
            onChange={(chosen) => {
              onTries(0);
              form.setFieldValue('kind', chosen);
              form.clearErrors();
            }}
          />
        )}
        <LocationFields form={form} />
        {children}
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" role="status">
            {pending ? 'Testing: write, list, read and delete a small file…' : ''}
          </Text>
          <Group gap="sm" ml="auto">
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

function LocationFields({ form }: { form: DestinationFormApi }) {
  const { kind, name, limit, path } = form.values;
  return (
    <>
      {kind === 'folder' && (
        <PathField
          kind="folder"
          label="Folder"
          description={OTHER_DISK_HINT}
          placeholder="/mnt/nas/backups"
          {...form.getInputProps('path')}
          value={path}
        />
      )}
      {kind === 's3' && <S3Fields form={form} />}
      {kind === 'sftp' && <SftpFields form={form} />}
      <TextInput
        label="Name"
        {...form.getInputProps('name')}
        value={name ?? suggestedName(form.values)}
        maxLength={200}
      />
      <Disclosure title="Advanced">
        <Stack gap="md">
          {kind === 's3' && <S3AdvancedFields form={form} />}
          <NumberInput
            label="Bandwidth limit (MB/s)"
            description="Shared by all transfers to this destination."
            placeholder="No limit"
            w="100%"
            maw={360}
            min={0.01}
            max={1_000_000}
            decimalScale={2}
            value={limit ?? ''}
            onChange={(typed) => form.setFieldValue('limit', typeof typed === 'number' && typed > 0 ? typed : null)}
          />
        </Stack>
      </Disclosure>
    </>
  );
}
