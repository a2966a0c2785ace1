import { List, Select, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { AppliedPart, AppliedTemplate, TemplateSummary } from '../../../src-shared/model/template-use.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { ErrorNotice } from '../../components/errors.tsx';
import { useAction } from '../../components/use-action.ts';

type Draft = NonNullable<AppliedPart['draft']>;

/** Offers the templates; the chosen one says what it does, and fills in the form. */
export function TemplateChoice({ onDraft }: { onDraft: (draft: Draft) => void }) {
  const [templates, setTemplates] = useState<TemplateSummary[]>([]);
  const [applied, setApplied] = useState<AppliedTemplate | null>(null);
  const action = useAction('here');
  useEffect(() => {
    // Without them, the form is filled in by hand.
    client
      .call('templates.list', {})
      .then(setTemplates)
      .catch(() => setTemplates([]));
  }, []);

  const choose = (templateId: string | null): void => {
    if (templateId === null) {
      setApplied(null);
      return;
    }
    action.run(async () => {
      const found = await client.call('templates.apply', { templateId });
      setApplied(found);
      const draft = found.parts.find((part) => part.draft !== null)?.draft;
      if (draft != null) onDraft(draft);
    });
  };

  const left = applied?.parts.filter(({ optional }) => !optional).flatMap(({ leftOut }) => leftOut) ?? [];
  const missing = applied !== null && !applied.parts.some(({ places }) => places.some(({ exists }) => exists));
  return (
    <Stack gap="sm">
      <Select
        label="Template"
        description="For a program that is known, it fills in all that follows."
        placeholder="None: any SQLite database"
        data={templates.map(({ id, name }) => ({ value: id, label: name }))}
        value={applied?.id ?? null}
        onChange={choose}
        disabled={action.pending}
        clearable
        searchable
      />
      {action.error !== null && <ErrorNotice error={action.error} />}
      {applied !== null && missing && (
        <Text size="sm">
          {applied.name} is at none of its usual places here. Choose the database below
          {applied.folder === null ? '.' : `; it is in ${applied.folder}.`}
        </Text>
      )}
      {applied !== null && (
        <Disclosure title={`What the template of ${applied.name} says`}>
          <List size="sm" spacing={4}>
            {applied.sentences.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
          {left.length > 0 && (
            <>
              <Text size="sm" mt="sm">
                This plan leaves out:
              </Text>
              <List size="sm" spacing={4}>
                {left.map((sentence) => (
                  <List.Item key={sentence}>{sentence}</List.Item>
                ))}
              </List>
            </>
          )}
        </Disclosure>
      )}
    </Stack>
  );
}
