import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconAdjustmentsHorizontal, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { Form } from '../../components/forms/form.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { setParameters } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { addRun } from '../../stores/runs.ts';
import './find-rows.css';

/** Searches all snapshots of a plan for a row. The search that is shown is in the address by its run. */
export function FindRowsForm({ planId }: { planId: string }) {
  const form = useForm({ initialValues: { text: '', table: '', column: '', exact: false } });
  const [options, setOptions] = useState(false);
  const action = useAction('here');
  const { text, table, column, exact } = form.values;
  const find = (): void =>
    action.run(async () => {
      const { run } = await client.call('rows.find', {
        planId,
        text,
        exact,
        ...(table.trim() === '' ? {} : { table: table.trim() }),
        ...(column.trim() === '' ? {} : { column: column.trim() }),
      });
      addRun(run);
      setParameters({ search: run.id }, { replace: false });
    });
  return (
    <Form onSubmit={find} className="find-rows">
      <Group gap="xs" align="end">
        <TextInput
          label="Find in all snapshots"
          placeholder="A value of the row"
          size="xs"
          className="grows"
          leftSection={<IconSearch size={14} aria-hidden />}
          maxLength={1000}
          {...form.getInputProps('text')}
        />
        <Button
          size="xs"
          variant="subtle"
          aria-expanded={options}
          leftSection={<IconAdjustmentsHorizontal size={14} aria-hidden />}
          onClick={() => setOptions(!options)}
        >
          Options
        </Button>
        <Button size="xs" type="submit" variant="default" loading={action.pending} disabled={text === ''}>
          Find
        </Button>
      </Group>
      {options && (
        <Group gap="sm" align="end">
          <TextInput size="xs" label="Table" placeholder="All tables" {...form.getInputProps('table')} />
          <TextInput size="xs" label="Column" placeholder="All columns" {...form.getInputProps('column')} />
          <Checkbox
            size="xs"
            className="beside-fields"
            label="Whole value only"
            {...form.getInputProps('exact', { type: 'checkbox' })}
          />
        </Group>
      )}
      {action.error !== null && <ErrorNotice error={action.error} />}
    </Form>
  );
}
