import { Button, Group, Loader, Stack } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { PathText } from '../../components/path-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { SourceFacts } from './source-facts.tsx';

/** What the database of a plan is right now. */
export function SourceTab({ plan }: { plan: Plan }) {
  const [source, setSource] = useState<SourceDescription | null>(null);
  const action = useAction('here');
  const { run } = action;
  const look = useCallback(
    () => run(async () => setSource(await client.call('sources.describe', { path: plan.sourcePath }))),
    [plan.sourcePath, run],
  );
  useEffect(look, [look]);
  return (
    <div className="card scroll-card">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <PathText path={plan.sourcePath} />
          <Button variant="default" size="compact-sm" onClick={look} loading={action.pending}>
            Look again
          </Button>
        </Group>
        {action.error !== null && <ErrorNotice error={action.error} />}
        {source === null && action.pending && <Loader size="sm" aria-label="Looking into the database" />}
        {source !== null && <SourceFacts source={source} />}
      </Stack>
    </div>
  );
}
