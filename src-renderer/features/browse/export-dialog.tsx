import { Button, Checkbox, SegmentedControl, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { ExportFormat } from '../../../src-shared/model/rows/browse.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Form } from '../../components/forms/form.tsx';
import { PathField } from '../../components/forms/path-field.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useDialogAbout } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { isActive } from '../../stores/run-list.ts';
import { addRun, useRun } from '../../stores/runs.ts';

interface ExportProps {
  viewId: string;
  what: Exclude<Params<'browse.export'>['what'], 'database'>;
  /** What the file is called at first. */
  name: string;
  label?: string;
}

/** Writes the database instead of rows of it. */
const WHOLE = 'db';

const FORMATS = [
  { value: 'csv', label: 'CSV' },
  { value: 'json', label: 'JSON' },
  { value: 'sql', label: 'SQL' },
];

/** A button that exports rows. */
export function ExportButton(props: ExportProps) {
  const dialog = useDialogAbout<true>('export', props.label === undefined ? 'all' : 'selected');
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={() => dialog.open(true)}
      >
        {props.label ?? 'Export…'}
      </Button>
      {dialog.about !== null && <ExportDialog {...props} onClose={dialog.close} />}
    </>
  );
}

/** Chooses the format and the file of an export, and shows how far it is. */
function ExportDialog({ viewId, what, name, onClose }: ExportProps & { onClose(): void }) {
  const form = useForm({ initialValues: { format: 'csv' as ExportFormat | typeof WHOLE, path: '', replace: false } });
  const [runId, setRunId] = useState<string | null>(null);
  const run = useRun(runId);
  const action = useAction('here');
  const { format, path, replace } = form.values;
  const start = (): void =>
    action.run(async () => {
      const order = format === WHOLE ? { what: 'database' as const, format } : { what, format };
      const answer = await client.call('browse.export', { viewId, path, replace, ...order });
      addRun(answer.run);
      setRunId(answer.run.id);
    });
  // Selected rows, and those of a statement, are chosen for what they are.
  const ofTable = !('sql' in what) && what.keys === undefined;
  const error = action.error ?? run?.error ?? null;
  const active = run !== undefined && isActive(run);
  const result = run?.result?.kind === 'export' ? run.result : null;
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Export ${format === WHOLE ? 'database' : 'sql' in what ? 'result' : name}`}
      size="lg"
    >
      <Form onSubmit={start}>
        <Stack gap="md">
          <SegmentedControl
            aria-label="Format"
            data={ofTable ? [...FORMATS, { value: WHOLE, label: 'Database (.db)' }] : FORMATS}
            {...form.getInputProps('format')}
          />
          <PathField
            kind="target"
            label="File"
            description="On the machine of the service."
            placeholder={`/home/me/${(format === WHOLE ? 'database' : name).replaceAll(/[^\w.-]+/g, '-')}.${format}`}
            value={path}
            onChange={(next) => form.setFieldValue('path', next)}
          />
          <Checkbox label="Replace the file if it exists" {...form.getInputProps('replace', { type: 'checkbox' })} />
          {active && <RunProgress run={run} />}
          {error !== null && !active && <ErrorNotice error={error} />}
          {result !== null && (
            <Text size="sm" role="status">
              Exported, {bytesInWords(result.bytes)}.
            </Text>
          )}
          <DialogButtons onClose={onClose} close={result === null ? 'Cancel' : 'Close'}>
            <Button type="submit" loading={action.pending || active} disabled={path === ''}>
              Export
            </Button>
          </DialogButtons>
        </Stack>
      </Form>
    </Dialog>
  );
}
