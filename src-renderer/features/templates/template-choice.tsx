import { Alert, Button, List, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconFolderSearch, IconInfoCircle } from '@tabler/icons-react';
import type { AppliedTemplate } from '../../../src-shared/model/third-party/template-use.ts';
import { Form } from '../../components/forms/form.tsx';
import { PathField } from '../../components/forms/path-field.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { pendingChoices } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';
import { ImportTemplate } from './import-template.tsx';
import type { ChosenTemplate } from './use-templates.ts';

const NONE = 'none';

/** Chooses a template, describes it, and prefills the form. */
export function TemplateChoice({ chosen, missing }: { chosen: ChosenTemplate; missing: boolean }) {
  const templates = useAnswer('templates.list', {});
  const { applied, part, action, choose } = chosen;
  return (
    <Stack gap="sm">
      <div className="field-row">
        <Select
          label="Template"
          description="Prefills the form for a known program."
          data={[
            { value: NONE, label: 'None' },
            ...(templates.value ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={templates.value === null ? null : (applied?.id ?? NONE)}
          onChange={(id) => choose(id === NONE ? null : id)}
          disabled={action.pending && applied === null}
          {...pendingChoices(templates)}
          allowDeselect={false}
          searchable
        />
        <ImportTemplate
          onImported={(id) => {
            templates.reload();
            choose(id);
          }}
        />
      </div>
      {templates.error !== null && <ErrorNotice error={templates.error} onRetry={templates.reload} />}
      {action.error !== null && <ErrorNotice error={action.error} />}
      {applied !== null && missing && part !== null && (
        <Missing
          key={`missing ${applied.id}`}
          applied={applied}
          pending={action.pending}
          onFolder={(to) => choose(applied.id, to)}
        />
      )}
      {part !== null && part.leftOut.length > 0 && <LeftOut sentences={part.leftOut} />}
      {applied !== null && (
        <Disclosure title="About this template" key={`about ${applied.id}`}>
          <List size="sm" spacing={4}>
            {applied.sentences.map((sentence) => (
              <List.Item key={sentence} className="wraps">
                {sentence}
              </List.Item>
            ))}
          </List>
        </Disclosure>
      )}
    </Stack>
  );
}

interface MissingProps {
  applied: AppliedTemplate;
  pending: boolean;
  onFolder(folder: string): void;
}

/** The program was not found at its default locations: asks for its folder or database. */
function Missing({ applied: { name, folder, parts }, pending, onFolder }: MissingProps) {
  const form = useForm({ initialValues: { folder: '' } });
  const typed = form.values.folder.trim();
  const usual = parts.flatMap(({ locations }) => locations.map(({ path }) => path));
  return (
    <Alert className="tone-info" icon={<IconFolderSearch size={18} />}>
      <Stack gap="sm">
        <Text size="sm" c="inherit" className="wraps">
          {name} not found at its default locations{usual.length === 0 ? '' : ` (${usual.join(', ')})`}.{' '}
          {folder === null ? 'Choose its database below.' : 'Choose its folder here or its database below.'}
        </Text>
        {folder !== null && (
          <Form
            onSubmit={() => {
              if (typed !== '') onFolder(typed);
            }}
          >
            <div className="field-row">
              <div>
                <PathField
                  kind="folder"
                  label={folder.slice(0, 1).toUpperCase() + folder.slice(1)}
                  {...form.getInputProps('folder')}
                  value={form.values.folder}
                />
              </div>
              <Button type="submit" variant="default" disabled={typed === ''} loading={pending}>
                Scan folder
              </Button>
            </div>
          </Form>
        )}
      </Stack>
    </Alert>
  );
}

/** The parts of a template that were not found, and so are not in the plan. */
export function LeftOut({ what = 'the plan', sentences }: { what?: string; sentences: readonly string[] }) {
  return (
    <Alert className="tone-info" icon={<IconInfoCircle size={18} />}>
      <Text size="sm" c="inherit">
        Not included in {what}:
      </Text>
      <ul className="plain-list">
        {sentences.map((sentence) => (
          <li key={sentence} className="wraps">
            {sentence}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
