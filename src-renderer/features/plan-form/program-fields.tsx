import { Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useNow } from '../../components/use-now.ts';
import { exampleName, type NamedAs, type ProgramDraft, programProblems } from './program-draft.ts';

interface ProgramFieldsProps {
  value: ProgramDraft;
  onChange(value: ProgramDraft): void;
  named: NamedAs;
}

/** Advanced settings: the pattern of file names, the schema version query, lock files. */
export function ProgramFields({ value, onChange, named }: ProgramFieldsProps) {
  const problems = programProblems(value);
  const now = useNow();
  const example = exampleName(value.namePattern, new Date(now), named);
  return (
    <Stack gap="md">
      <div>
        <TextInput
          label="File name pattern"
          description="Placeholders: {plan}; {date}, {time} and {utc} in UTC; {local-date} and {local-time} in the plan’s time zone."
          value={value.namePattern}
          onChange={(event) => onChange({ ...value, namePattern: event.currentTarget.value })}
          error={problems.namePattern}
          spellCheck={false}
          autoComplete="off"
        />
        {example !== null && (
          <Text size="sm" c="dimmed" mt={6} className="wraps" role="status">
            Example: <span className="mono">{example}</span>
          </Text>
        )}
      </div>
      {named.sourceKind === 'database' && (
        <>
          <Textarea
            label="Schema version query (SQL)"
            description="Used to refuse a snapshot whose schema is newer than the database it would replace. Default: user_version."
            placeholder="SELECT max(version) FROM schema_migrations"
            value={value.schemaSql}
            onChange={(event) => onChange({ ...value, schemaSql: event.currentTarget.value })}
            autosize
            minRows={1}
            maxRows={6}
            spellCheck={false}
          />
          <Textarea
            label="Lock files"
            description="Files next to the database that are deleted with it. One file name per line."
            placeholder="state.db.lock"
            value={value.lockFiles}
            onChange={(event) => onChange({ ...value, lockFiles: event.currentTarget.value })}
            error={problems.lockFiles}
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
