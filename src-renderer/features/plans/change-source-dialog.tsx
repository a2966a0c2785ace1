import { Button, Checkbox, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { SourceComparison } from '../../../src-shared/model/source-comparison.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';
import { client } from '../../api/client.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { KeyForm } from '../../components/forms/key-form.tsx';
import { PathField } from '../../components/forms/path-field.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import { showSaved } from '../../components/messages/notices.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import { ChangesTable } from '../restore/changes-table.tsx';

/** Points a plan at the path to which its database has moved, after comparing that with the newest snapshot. */
export function ChangeSourceDialog({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const [from, setFrom] = useState(plan.sourcePath);
  const form = useForm({ initialValues: { path: plan.sourcePath, key: null as KeyInput | null, accepted: false } });
  const action = useAction('here');
  const { key, accepted } = form.values;
  const path = form.values.path.trim();
  const [debounced] = useDebouncedValue(path, 250);
  const moved = path !== '' && path !== plan.sourcePath;
  const asked = moved && path === debounced ? { planId: plan.id, path, ...(key === null ? {} : { key }) } : null;
  const { value: comparison, ...answer } = useAnswer('sources.compare', asked);
  const current = asked === null || answer.pending ? null : comparison;
  const locked =
    current?.source.databaseEncryption?.locked === true || (moved && key !== null && answer.error !== null);
  // Nothing else of the plan is replaced.
  const changedElsewhere = plan.sourcePath !== from && !action.pending;
  const ready = !changedElsewhere && current !== null && !locked && (current.same !== false || accepted);
  const save = (): void =>
    action.run(async () => {
      await client.call('plans.update', {
        ...{ planId: plan.id, sourcePath: path, unchangedSince: plan.updatedAt },
        ...(key === null ? {} : { key }),
      });
      showSaved();
      onClose();
    });
  return (
    <Dialog opened onClose={onClose} size="lg" title={`Change the source of ${plan.name}`}>
      <Stack gap="md">
        <PathField
          kind="database"
          label="Database file"
          description="Choose where the database is now. Its snapshots stay with the plan."
          value={form.values.path}
          onChange={(chosen) => form.setValues({ path: chosen, key: null, accepted: false })}
        />
        {moved && (asked === null || answer.pending || answer.error !== null) && (
          <Pending answer={{ ...answer, value: null }} label="Comparing with the newest snapshot" />
        )}
        {locked && (
          <KeyForm
            key={path}
            label="Database key"
            description="The database is encrypted. Enter its passphrase, or a raw key in hexadecimal digits."
            action="Unlock"
            pending={answer.pending}
            onKey={(given) => form.setFieldValue('key', given)}
          />
        )}
        {current !== null && !locked && <Verdict comparison={current} />}
        {current?.same === false && (
          <Checkbox
            label="Use this database anyway"
            description="Its backups join the snapshots of the plan, and retention counts both."
            {...form.getInputProps('accepted', { type: 'checkbox' })}
          />
        )}
        {changedElsewhere && (
          <Note tone="warn">
            The source was changed in another window. Nothing has been overwritten. Current source: {plan.sourcePath}
            <Button variant="default" size="xs" mt="xs" display="block" onClick={() => setFrom(plan.sourcePath)}>
              Keep changes
            </Button>
          </Note>
        )}
        {action.error !== null && <ErrorNotice error={action.error} />}
        <DialogButtons onClose={onClose}>
          <Button disabled={!ready} loading={action.pending} onClick={save}>
            Change source
          </Button>
        </DialogButtons>
      </Stack>
    </Dialog>
  );
}

function Verdict({ comparison: { same, snapshot, differences, tables } }: { comparison: SourceComparison }) {
  const now = useNow();
  if (same === null || snapshot === null)
    return <Note tone="info">The plan has no snapshot yet, so there is nothing to compare with.</Note>;
  const which = `the snapshot of ${momentInWords(snapshot.createdAt, now)}`;
  return (
    <>
      <Note tone={same ? 'good' : 'warn'}>
        {same
          ? `It looks like the same database: it has every table of ${which}.`
          : `It does not look like the database in ${which}.`}
        {!same && (
          <ul className="plain-list">
            {differences.map((difference) => (
              <li key={difference}>{difference}</li>
            ))}
          </ul>
        )}
      </Note>
      {tables.length > 0 ? (
        <ChangesTable changes={tables} label="Rows in the snapshot and in the file" before="Snapshot" after="File" />
      ) : (
        <Text size="sm" c="dimmed">
          Neither has a table.
        </Text>
      )}
    </>
  );
}
