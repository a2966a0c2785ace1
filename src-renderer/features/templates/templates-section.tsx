import { Group, Stack, Text } from '@mantine/core';
import { IconTemplate } from '@tabler/icons-react';
import type { TemplateSummary } from '../../../src-shared/model/third-party/template-use.ts';
import { client } from '../../api/client.ts';
import { Section } from '../../components/layout/section.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { ImportTemplate } from './import-template.tsx';
import './templates.css';
import { download } from '../../api/download.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { showUndo } from '../../components/messages/undo-notice.tsx';
import { useAnswer } from '../../stores/core.ts';

/** The built-in templates, and the user's own. */
export function TemplatesSection() {
  const templates = useAnswer('templates.list', {});
  return (
    <Section title="Templates" actions={<ImportTemplate onImported={templates.reload} />}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          A template is a file that you can share. To save a plan as a template, open the plan’s settings.
        </Text>
        <Pending answer={templates} />
        <ul className="parts" aria-label="Templates">
          {templates.value?.map((template) => (
            <TemplateRow key={template.id} template={template} onChanged={templates.reload} />
          ))}
        </ul>
      </Stack>
    </Section>
  );
}

function TemplateRow({
  template: { id, name, purpose, builtIn },
  onChanged,
}: {
  template: TemplateSummary;
  onChanged(): void;
}) {
  const share = async (): Promise<void> => {
    const { fileName, text } = await client.call('templates.export', { templateId: id });
    download(fileName, text, 'application/json');
  };
  const remove = async (): Promise<void> => {
    const { text } = await client.call('templates.export', { templateId: id });
    await client.call('templates.remove', { templateId: id });
    onChanged();
    showUndo(`Template “${name}” removed.`, () =>
      client.call('templates.save', { text, replace: false }).then(onChanged),
    );
  };
  return (
    <li className="part template-row">
      <span className="kind-icon">
        <IconTemplate size={18} aria-hidden />
      </span>
      <div className="grows wraps">
        <Text size="sm" fw={500}>
          {name}
          {builtIn && (
            <Text span size="xs" c="dimmed">
              {' '}
              built in
            </Text>
          )}
        </Text>
        <Text size="xs" c="dimmed">
          {purpose}
        </Text>
      </div>
      <Group gap="xs" wrap="nowrap">
        <ActionButton variant="default" size="xs" act={share} aria-label={`Share: ${name}`}>
          Share
        </ActionButton>
        {!builtIn && (
          <ActionButton variant="default" size="xs" aria-label={`Remove: ${name}`} act={remove}>
            Remove
          </ActionButton>
        )}
      </Group>
    </li>
  );
}
