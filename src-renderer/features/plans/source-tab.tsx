import { Button, Group, Stack, Title } from '@mantine/core';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { Pending } from '../../components/messages/pending.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useAnswer } from '../../stores/core.ts';
import { AttachedFileIcon } from '../attached-files/attached-file-words.tsx';
import { SourceFacts } from '../plan-form/source-facts.tsx';

/** The source of a plan: its database as it is now, and its attached files. */
export function SourceTab({ plan }: { plan: Plan }) {
  const database = plan.sourceKind === 'database';
  return (
    <div className="card scroll-card">
      <Stack gap="md">
        {database && <DatabaseNow path={plan.sourcePath} />}
        {plan.attachedFiles.length > 0 && (
          <>
            {database && (
              <Title order={2} size="h3">
                Attached files
              </Title>
            )}
            <AttachedFileList attachedFiles={plan.attachedFiles} />
          </>
        )}
      </Stack>
    </div>
  );
}

function DatabaseNow({ path }: { path: string }) {
  const answer = useAnswer('sources.describe', { path });
  return (
    <>
      <Group justify="space-between" wrap="nowrap">
        <PathText path={path} />
        <Button variant="default" size="compact-sm" onClick={answer.reload} loading={answer.pending}>
          Refresh
        </Button>
      </Group>
      <Pending answer={answer} label="Checking database" />
      {answer.value !== null && <SourceFacts source={answer.value} />}
    </>
  );
}

function AttachedFileList({ attachedFiles }: { attachedFiles: readonly AttachedFile[] }) {
  return (
    <ul className="attached-file-list" aria-label="Files and folders">
      {attachedFiles.map(({ name, kind, path, exclude }) => (
        <li key={name}>
          <AttachedFileIcon kind={kind} />
          <strong>{name}</strong>
          <PathText path={path} />
          {exclude.length > 0 && <span className="without">excluding {exclude.join(', ')}</span>}
        </li>
      ))}
    </ul>
  );
}
