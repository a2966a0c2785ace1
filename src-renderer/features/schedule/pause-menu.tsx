import { Button, Menu } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { Pause } from '../../../src-shared/model/schedule.ts';
import { client } from '../../api/client.ts';
import { useAction } from '../../components/use-action.ts';
import { PAUSES } from './pause-words.ts';

/** Pauses a plan, or everything, for a while; or resumes it. */
export function PauseMenu({ planId, paused }: { planId?: string; paused: Pause | null }) {
  const action = useAction();
  const which = planId === undefined ? {} : { planId };
  if (paused !== null) {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerPlay size={15} aria-hidden />}
        loading={action.pending}
        onClick={() => action.run(async () => void (await client.call('schedules.resume', which)))}
      >
        {planId === undefined ? 'Resume all' : 'Resume'}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" leftSection={<IconPlayerPause size={15} aria-hidden />} loading={action.pending}>
          {planId === undefined ? 'Pause all' : 'Pause'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {PAUSES.map(({ label, until }) => (
          <Menu.Item
            key={label}
            onClick={() =>
              action.run(
                async () => void (await client.call('schedules.pause', { ...which, until: until(new Date()) })),
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
