import { Button, Menu } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { Pause } from '../../../src-shared/model/schedule.ts';
import { PAUSES } from '../../../src-shared/words/pause-words.ts';
import { client } from '../../api/client.ts';
import { useAction } from '../../hooks/use-action.ts';

interface PauseMenuProps {
  planId?: string;
  /** All plans of a group, instead of one plan. */
  group?: string;
  paused: Pause | null;
}

/** Pauses or resumes the schedules of a plan, of a group, or all schedules. */
export function PauseMenu({ planId, group, paused }: PauseMenuProps) {
  const action = useAction();
  const which = { ...(planId === undefined ? {} : { planId }), ...(group === undefined ? {} : { group }) };
  const all = planId === undefined && group === undefined;
  const named = (verb: string) => (group === undefined ? {} : { 'aria-label': `${verb}: ${group}` });
  if (paused !== null) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerPlay size={15} aria-hidden />}
        loading={action.pending}
        onClick={() => action.run(async () => void (await client.call('schedules.resume', which)))}
        {...named('Resume')}
      >
        {all ? 'Resume all' : 'Resume'}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={15} aria-hidden />}
          loading={action.pending}
          {...named('Pause')}
        >
          {all ? 'Pause all' : 'Pause'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {PAUSES.map(({ label, until }) => (
          <Menu.Item
            key={label}
            onClick={() =>
              action.run(
                async () =>
                  void (await client.call('schedules.pause', {
                    ...which,
                    until: until(new Date())?.toISOString() ?? null,
                  })),
              )
            }
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
