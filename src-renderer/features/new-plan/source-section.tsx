import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import type { PlanDraft } from '../../../src-shared/model/third-party/template-use.ts';
import { ATTACHED_FILES_HINT } from '../../components/forms/hints.ts';
import { KeyForm } from '../../components/forms/key-form.tsx';
import { PathField } from '../../components/forms/path-field.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { Section } from '../../components/layout/section.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { AttachedFilesField } from '../attached-files/attached-files-field.tsx';
import type { PlanForm } from '../plan-form/plan-form.ts';
import { SourceFacts } from '../plan-form/source-facts.tsx';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { SourceDrop } from './source-drop.tsx';
import type { CheckedSource } from './use-source.ts';

const KINDS: Array<{ value: SourceKind; label: string }> = [
  { value: 'database', label: 'Database' },
  { value: 'files', label: 'Files, folders or disk' },
];

interface SourceSectionProps {
  form: PlanFormApi;
  checked: CheckedSource;
  /** The chosen template's plan; `null`: no template. */
  draft: PlanDraft | null;
}

/** The source of a new plan: a database with attached files, or files only. */
export function SourceSection({ form, checked, draft }: SourceSectionProps) {
  const { sourceKind, attachedFiles } = form.values;
  return (
    <Section title="Source">
      <Stack gap="md">
        <SegmentedControl
          aria-label="Kind of source"
          data={KINDS}
          value={sourceKind}
          onChange={(kind) => form.setFieldValue('sourceKind', kind)}
          style={{ alignSelf: 'flex-start' }}
        />
        {sourceKind === 'database' && <DatabaseField form={form} checked={checked} draft={draft} />}
        {sourceKind === 'files' ? (
          <AttachedFilesField form={form} empty="Add the files, folders or disks to back up." />
        ) : (
          <Disclosure
            title={`Attached files: ${attachedFilesInWords(form.values)}`}
            opened={attachedFiles.length > 0}
            key={`${draft?.name} ${draft?.sourcePath}`}
          >
            <AttachedFilesField form={form} empty={ATTACHED_FILES_HINT} />
          </Disclosure>
        )}
      </Stack>
    </Section>
  );
}

function attachedFilesInWords({ attachedFiles }: PlanForm): string {
  if (attachedFiles.length === 0) return 'none';
  return attachedFiles.map(({ name, kind }) => name || (kind === 'image' ? 'disk' : kind)).join(', ');
}

function DatabaseField({ form, checked, draft }: SourceSectionProps) {
  const { source, problem, checking, locked } = checked;
  const { sourcePath } = form.values;
  const choose = (path: string): void => form.setValues({ sourcePath: path, key: null });
  return (
    <SourceDrop onPath={choose}>
      <PathField
        kind="database"
        label="Database file"
        placeholder="/home/you/.local/share/app/app.db"
        value={sourcePath}
        onChange={choose}
      />
      {checking && (
        <Group gap="sm">
          <Text size="sm" c="dimmed" role="status">
            Checking database…
          </Text>
          <Button variant="subtle" size="compact-sm" onClick={() => choose('')}>
            Cancel
          </Button>
        </Group>
      )}
      {problem !== null && <ErrorNotice error={problem} />}
      {locked && (
        <KeyForm
          key={`${sourcePath} ${draft?.keyVariable}`}
          label="Database key"
          description="The database is encrypted. Enter its passphrase, or a raw key in hexadecimal digits."
          variable={draft?.keyVariable ?? null}
          action="Unlock"
          pending={checking}
          onKey={(key) => form.setFieldValue('key', key)}
        />
      )}
      {source !== null && !locked && <SourceFacts source={source} />}
    </SourceDrop>
  );
}
