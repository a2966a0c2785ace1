import { Button, Group, Radio, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import { Form } from '../../components/forms/form.tsx';

interface EntryFormProps {
  /** The names of the databases in the archive. */
  entries: readonly string[];
  pending: boolean;
  onEntry(entry: string): void;
}

/** Chooses the database to restore from an archive. */
export function EntryForm({ entries, pending, onEntry }: EntryFormProps) {
  const form = useForm({ initialValues: { entry: '' } });
  const { entry } = form.values;
  return (
    <Form onSubmit={() => onEntry(entry)}>
      <Radio.Group label="This archive contains several databases. Choose one:" {...form.getInputProps('entry')}>
        <Stack gap="xs" mt="xs">
          {entries.map((name) => (
            <Radio key={name} value={name} label={name} />
          ))}
        </Stack>
      </Radio.Group>
      <Group justify="flex-end">
        <Button type="submit" disabled={entry === ''} loading={pending}>
          Use database
        </Button>
      </Group>
    </Form>
  );
}

/** Returns the names that an error asks to choose from. */
export function entriesOf(error: ErrorBody | null): string[] {
  const entries = error?.details?.entries;
  return Array.isArray(entries) ? entries.filter((name) => typeof name === 'string') : [];
}
