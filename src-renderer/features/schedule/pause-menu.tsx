import { Button, Menu } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { Pause } from '../../../src-shared/model/schedule.ts';
import { PAUSES } from '../../../src-shared/words/pause-words.ts';
import { client } from '../../api/client.ts';
import { useAction } from '../../hooks/use-action.ts';

interface PauseMenuProps {
  planId?: string;
  paused: Pause | null;
}

/** Pauses or resumes the schedules of a plan, or all schedules. */
export function PauseMenu({ planId, paused }: PauseMenuProps) {
  const action = useAction();
  const which = planId === undefined ? {} : { planId };
  const all = planId === undefined;
  if (paused !== null) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerPlay size={15} aria-hidden />}
        loading={action.pending}
        onClick={() => action.run(async () => void (await client.call('schedules.resume', which)))}
      >
        {all ? 'Resume all' : 'Resume'}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" leftSection={<IconPlayerPause size={15} aria-hidden />} loading={action.pending}>
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
