import { Checkbox, Radio, Select, Stack, Text, Title } from '@mantine/core';
import { PathField } from '../../components/forms/path-field.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { ChoiceFields } from './choice-fields.tsx';
import type { FilledForm, RestoreFormApi } from './restore-form.ts';
import { SnapshotField } from './snapshot-field.tsx';
import type { Described } from './use-described.ts';
import { WhatFacts } from './what-facts.tsx';

interface FieldsProps {
  form: RestoreFormApi;
  described: Described;
  filled: FilledForm;
}

/** What to restore: the snapshot, and the items in it. */
export function WhatFields({ form, described, filled }: FieldsProps) {
  const { source } = form.values;
  const { name, message, planId, createdAt, sizeBytes, stored } = described;
  return (
    <>
      <Title order={3} className="wraps">
        {name}
      </Title>
      <Text>{message}</Text>
      {'snapshotId' in source && planId !== null && createdAt !== null && (
        <SnapshotField form={form} planId={planId} snapshot={{ id: source.snapshotId, createdAt, sizeBytes }} />
      )}
      <WhatFacts described={described} isChosen={'snapshotId' in source && planId !== null} />
      {'snapshotId' in source && stored.length > 1 && (
        <Select
          label="Restore from"
          data={[
            { value: NEAREST, label: 'Nearest available destination' },
            ...stored.map((copy) => ({ value: copy.destinationId, label: copy.destinationName })),
          ]}
          allowDeselect={false}
          value={source.destinationId ?? NEAREST}
          onChange={(from) =>
            form.setFieldValue('source', {
              snapshotId: source.snapshotId,
              ...(from === null || from === NEAREST ? {} : { destinationId: from }),
            })
          }
        />
      )}
      <ChoiceFields form={form} snapshot={described} choice={filled.choice} />
    </>
  );
}

const NEAREST = 'nearest';

/** Where to restore to: the original paths, or another path for one item. */
export function WhereFields({ form, filled }: Omit<FieldsProps, 'described'>) {
  const { targets, isElsewhere, asksToCheckPath } = filled;
  const { suggested, together, label } = targets;
  return (
    <>
      {together.length > 0 && <Together paths={together} />}
      {together.length === 0 && suggested !== null && (
        <Radio.Group label="Restore to" {...form.getInputProps('where')} value={isElsewhere ? 'other' : 'original'}>
          <Stack gap="sm" mt="sm">
            <Radio value="original" label="Original path" description={<PathText path={suggested} />} />
            <Radio value="other" label="Another path" />
          </Stack>
        </Radio.Group>
      )}
      {isElsewhere && (
        <PathField
          kind="target"
          label={label}
          placeholder="/home/you/restored"
          {...form.getInputProps('path')}
          value={form.values.path}
        />
      )}
      {asksToCheckPath && (
        <Checkbox
          label={together.length > 0 ? 'Restore to these paths' : 'Restore to this path'}
          description={
            together.length > 0
              ? 'The paths come from the manifest of an imported snapshot. Check them before you continue.'
              : 'The path comes from the manifest of an imported snapshot. Check it before you continue.'
          }
          {...form.getInputProps('isPathChecked', { type: 'checkbox' })}
        />
      )}
    </>
  );
}

function Together({ paths }: { paths: readonly string[] }) {
  return (
    <div>
      <Text size="sm" fw={500}>
        Restore to
      </Text>
      <Text size="sm" mb={6}>
        All items are restored to their original paths. To restore one to another path, select it alone.
      </Text>
      <ul className="restore-targets">
        {paths.map((path) => (
          <li key={path}>
            <PathText path={path} />
          </li>
        ))}
      </ul>
    </div>
  );
}
