import { Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { PathText } from '../../components/status/path-text.tsx';
import { setParameters } from '../../hooks/address.ts';
import { settingsAddress } from './settings-sections.ts';

/**
 * The source of a plan, and the way to change it.
 * @param problem why it could not be read when it was last checked; `null`: it could, or that is shown elsewhere
 */
export function SourceLine({ plan, problem }: { plan: Plan; problem: string | null }) {
  return (
    <>
      <Group gap="xs" wrap="nowrap" className="source-line">
        <PathText path={plan.sourcePath} c="dimmed" />
        <ChangeSource plan={plan} />
      </Group>
      {problem !== null && (
        <Group gap={6} wrap="nowrap" className="tone-warn source-problem" role="status">
          <IconAlertTriangle size={15} aria-hidden className="line-icon" />
          <Text size="sm" c="inherit" span className="wraps">
            {problem}
          </Text>
        </Group>
      )}
    </>
  );
}

/** Opens what changes the source of a plan: a dialog for a database, the list in the settings for files. */
export function ChangeSource({ plan }: { plan: Plan }) {
  const properties = { variant: 'subtle', size: 'compact-sm', flex: 'none', 'aria-label': 'Change source' } as const;
  if (plan.sourceKind === 'files')
    return (
      <Button {...properties} component={Link} to={settingsAddress(plan.id, 'Source')}>
        Change…
      </Button>
    );
  return (
    <Button {...properties} onClick={() => setParameters({ dialog: 'source' }, { replace: false })}>
      Change…
    </Button>
  );
}
