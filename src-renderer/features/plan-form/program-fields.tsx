import { Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useNow } from '../../components/time.ts';
import { exampleName, type NamedAs, type ProgramDraft, programProblems } from './program-draft.ts';

interface ProgramFieldsProps {
  value: ProgramDraft;
  onChange(value: ProgramDraft): void;
  named: NamedAs;
}

/** What few plans need: names of a program's own pattern, the version of its schema, its lock files. */
export function ProgramFields({ value, onChange, named }: ProgramFieldsProps) {
  const problems = programProblems(value);
  const now = useNow();
  const example = exampleName(value.namePattern, new Date(now), named);
  return (
    <Stack gap="md">
      <div>
        <TextInput
          label="Names of snapshots"
          description="{plan}, {date}, {time} and {utc} are filled in, in UTC; {local-date} and {local-time} on the clock of the plan."
          value={value.namePattern}
          onChange={(event) => onChange({ ...value, namePattern: event.currentTarget.value })}
          error={problems.namePattern}
          spellCheck={false}
          autoComplete="off"
        />
        {example !== null && (
          <Text size="sm" c="dimmed" mt={6} className="wraps" role="status">
            Now it would be <span className="mono">{example}</span>
          </Text>
        )}
      </div>
      {named.sourceKind === 'database' && (
        <>
          <Textarea
            label="Version of its schema, as a question in SQL"
            description="A snapshot that is newer than the database it would replace is then refused. Without it, user_version is looked at."
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
            description="Names of files beside the database that go with it when it is deleted, one in each line."
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
