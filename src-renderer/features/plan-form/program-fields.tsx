import { Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useNow } from '../../hooks/use-now.ts';
import { exampleName } from './program-draft.ts';
import type { PlanFormApi } from './use-plan-form.ts';

/** Advanced settings: the pattern of file names, the schema version query, lock files. */
export function ProgramFields({ form, planName }: { form: PlanFormApi; planName: string }) {
  const now = useNow();
  const { sourceKind, compression, method, encryption, timeZone, program } = form.values;
  const named = { sourceKind, planName, compression, method, encrypted: encryption.kind !== 'none', timeZone };
  const example = exampleName(program.namePattern, new Date(now), named);
  return (
    <Stack gap="md">
      <div>
        <TextInput
          label="File name pattern"
          description="Placeholders: {plan}; {date}, {time} and {utc} in UTC; {local-date} and {local-time} in the plan’s time zone."
          {...form.getInputProps('program.namePattern')}
          spellCheck={false}
          autoComplete="off"
        />
        {example !== null && (
          <Text size="sm" c="dimmed" mt={6} className="wraps" role="status">
            Example: <span className="mono">{example}</span>
          </Text>
        )}
      </div>
      {sourceKind === 'database' && (
        <>
          <Textarea
            label="Schema version query (SQL)"
            description="Used to refuse a snapshot whose schema is newer than the database it would replace. Default: user_version."
            placeholder="SELECT max(version) FROM schema_migrations"
            {...form.getInputProps('program.schemaSql')}
            autosize
            minRows={1}
            maxRows={6}
            spellCheck={false}
          />
          <Textarea
            label="Lock files"
            description="Files next to the database that are deleted with it. One file name per line."
            placeholder="state.db.lock"
            {...form.getInputProps('program.lockFiles')}
            autosize
            minRows={1}
            maxRows={6}
            spellCheck={false}
          />
        </>
      )}
    </Stack>
  );
}
