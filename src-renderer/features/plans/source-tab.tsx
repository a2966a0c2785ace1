import { Button, Group, Loader, Stack, Title } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { PathText } from '../../components/path-text.tsx';
import { useAction } from '../../hooks/use-action.ts';
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
  const [source, setSource] = useState<SourceDescription | null>(null);
  const action = useAction('here');
  const { run } = action;
  const look = useCallback(
    () => run(async () => setSource(await client.call('sources.describe', { path }))),
    [path, run],
  );
  useEffect(look, [look]);
  return (
    <>
      <Group justify="space-between" wrap="nowrap">
        <PathText path={path} />
        <Button variant="default" size="compact-sm" onClick={look} loading={action.pending}>
          Refresh
        </Button>
      </Group>
      {action.error !== null && <ErrorNotice error={action.error} />}
      {source === null && action.pending && <Loader size="sm" aria-label="Checking database" />}
      {source !== null && <SourceFacts source={source} />}
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
