import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { PAUSES } from '../../../src-shared/words/pause-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { startBackups } from '../../api/start-backups.ts';
import { showDone } from '../../components/messages/notices.ts';
import { useDialog } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { CHANGES, ChangePlansDialog } from './change-plans-dialog.tsx';
import { DeletePlansDialog } from './delete-plans-dialog.tsx';
import { forEachPlan } from './for-each-plan.ts';

/** The dialogs about all chosen plans. */
export const BULK_DIALOGS = ['delete-plans', ...CHANGES] as const;

/** The actions for all chosen plans. What cannot be done for one of them is shown, and the others go on. */
export function BulkBar({ selected, onClear }: { selected: readonly PlanSummary[]; onClear(): void }) {
  const { pending, run } = useAction();
  const { dialog, open, close } = useDialog(BULK_DIALOGS);
  const verify = async (): Promise<void> => {
    const withSnapshot = selected.filter(({ newest }) => newest !== null);
    const failed = await forEachPlan(withSnapshot, 'not verified', ({ newest }) =>
      client.call('verifications.start', { snapshotId: newest?.id ?? '' }),
    );
    const started = withSnapshot.length - failed.length;
    const without = selected.length - withSnapshot.length;
    const left = without === 0 ? '' : ` ${countInWords(without, 'plan has', 'plans have')} no snapshot yet.`;
    showDone(`${countInWords(started, 'verification')} started.${left}`);
  };
  const pause = (until: Date | null) =>
    forEachPlan(selected, 'not paused', ({ plan }) =>
      client.call('schedules.pause', { planId: plan.id, until: until?.toISOString() ?? null }),
    );
  const resume = () =>
    forEachPlan(selected, 'not resumed', ({ plan }) => client.call('schedules.resume', { planId: plan.id }));
  const backUp = () => startBackups(selected.map(({ plan }) => plan.id));
  return (
    <div className="bulk-bar" role="toolbar" aria-label="Selected databases">
      <span className="bulk-count" role="status">
        {selected.length.toLocaleString('en-US')} selected
      </span>
      <Button variant="default" size="xs" loading={pending} onClick={() => run(backUp)}>
        Back up
      </Button>
      <BarMenu label="Pause">
        {PAUSES.map(({ label, until }) => (
          <Menu.Item key={label} onClick={() => run(() => pause(until(new Date())))}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => run(resume)}>Resume</Menu.Item>
      </BarMenu>
      <Button variant="default" size="xs" disabled={pending} onClick={() => run(verify)}>
        Verify
      </Button>
      <BarMenu label="Change">
        <Menu.Item onClick={() => open('schedule')}>Schedule…</Menu.Item>
        <Menu.Item onClick={() => open('retention')}>Retention…</Menu.Item>
        <Menu.Item onClick={() => open('destinations')}>Destinations…</Menu.Item>
        <Menu.Item onClick={() => open('tags')}>Tags…</Menu.Item>
      </BarMenu>
      <Button variant="default" size="xs" onClick={() => open('delete-plans')}>
        Delete…
      </Button>
      <Button variant="subtle" size="xs" onClick={onClear}>
        Clear selection
      </Button>
      {dialog === 'delete-plans' && <DeletePlansDialog selected={selected} onClose={close} />}
      {dialog !== null && dialog !== 'delete-plans' && (
        <ChangePlansDialog what={dialog} selected={selected} onClose={close} />
      )}
    </div>
  );
}

/** A button of the bar that opens a menu. */
function BarMenu({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" size="xs" rightSection={<IconChevronDown size={14} aria-hidden />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
