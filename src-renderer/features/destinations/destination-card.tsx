import { ActionIcon, Button, Group, Menu, Stack, Title } from '@mantine/core';
import {
  IconDots,
  IconFileSearch,
  IconHistory,
  IconHourglass,
  IconInfoCircle,
  IconPlugConnected,
  IconPlugConnectedX,
  IconSearch,
  IconTrash,
  IconTrashX,
  IconX,
} from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import type { DestinationState, DestinationSummary } from '../../../src-shared/model/destination.ts';
import { agoInWords, momentInWords, shortMomentInWords } from '../../../src-shared/words/moments.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { DestinationPill, KindIcon } from '../../components/status/destination-display.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { addRun } from '../../stores/runs.ts';
import { DestinationFacts, DestinationPlans } from './destination-facts.tsx';
import { SelfTestSteps, TestWarnings, testError } from './self-test-steps.tsx';
import { StorageDetails } from './storage-details.tsx';

interface DestinationCardProps {
  summary: DestinationSummary;
  /** It is the one in the window's address. */
  current: boolean;
  /** Its growth and its databases are shown at first. */
  opened: boolean;
  now: number;
  onEdit(): void;
  onImport(): void;
  onRecover(): void;
  onReattach(): void;
  onRemove(): void;
  onEmptyTrash(): void;
}

/** A destination: its state, its snapshots and its actions. */
export function DestinationCard({ summary, current, opened, now, ...actions }: DestinationCardProps) {
  const { destination, label, state, reason, lastTest, checkedAt } = summary;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (current) card.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <article ref={card} className="card destination-card" data-current={current} aria-label={destination.name}>
      <Stack gap={12}>
        <Group justify="space-between" wrap="nowrap" align="flex-start" className="destination-head">
          <div className="destination-name">
            <KindIcon kind={destination.settings.kind} />
            <Title order={2} size="h3">
              {destination.name}
            </Title>
            <DestinationPill state={state} />
          </div>
          <DestinationActions summary={summary} {...actions} />
        </Group>
        <PathText path={label} c="dimmed" />
        {state !== 'ready' && <Reason state={state} reason={reason} hint={hintOf(summary)} />}
        {summary.canReattach && (
          <Group>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlugConnected size={15} aria-hidden />}
              onClick={actions.onReattach}
              aria-label={`Re-attach: ${destination.name}`}
            >
              Re-attach…
            </Button>
          </Group>
        )}
        <DestinationFacts summary={summary} now={now} />
        <DestinationPlans plans={summary.plans} />
        {checkedAt !== null && <p className="test-line">Last checked {momentInWords(checkedAt, now)}</p>}
        {lastTest !== null && (
          <div className="test-line">
            <span>Tested {agoInWords(lastTest.at, now)}:</span>
            <SelfTestSteps report={lastTest.report} label={`Test results of ${destination.name}`} />
          </div>
        )}
        {lastTest !== null && <TestWarnings warnings={lastTest.report.warnings} />}
        <WaitingCopies summary={summary} now={now} />
        {summary.snapshotCount > 0 && (
          <Disclosure title="Growth and databases" opened={opened}>
            <StorageDetails summary={summary} />
          </Disclosure>
        )}
      </Stack>
    </article>
  );
}

const REASONS: Record<Exclude<DestinationState, 'ready'>, { tone: string; Icon: typeof IconX }> = {
  failed: { tone: 'tone-bad', Icon: IconX },
  unavailable: { tone: 'tone-warn', Icon: IconPlugConnectedX },
  untested: { tone: 'tone-idle', Icon: IconInfoCircle },
};

function Reason({
  state,
  reason,
  hint,
}: {
  state: Exclude<DestinationState, 'ready'>;
  reason: string;
  hint: string | undefined;
}) {
  const { tone, Icon } = REASONS[state];
  return (
    <p className={`destination-reason ${tone}`}>
      <Icon size={16} aria-hidden />
      <span>
        {reason} {hint}
      </span>
    </p>
  );
}

/** The hint of the newest test for a failed destination, unless the reason includes it. */
function hintOf({ state, reason, lastTest }: DestinationSummary): string | undefined {
  const hint = state === 'failed' && lastTest !== null ? testError(lastTest.report)?.hint : undefined;
  return hint === undefined || reason.includes(hint) ? undefined : hint;
}

function WaitingCopies({ summary, now }: { summary: DestinationSummary; now: number }) {
  const { destination, state, reason, waitingCopies, nextTryAt } = summary;
  if (waitingCopies === 0) return null;
  // The reason above may include it.
  const isExplained = state !== 'ready' && reason.startsWith(countInWords(waitingCopies, 'snapshot'));
  const tryNow = async (): Promise<void> => {
    const { run } = await client.call('destinations.catchUp', { destinationId: destination.id });
    if (run !== null) addRun(run);
  };
  return (
    <div className="waiting-line tone-warn">
      <IconHourglass size={16} aria-hidden />
      <span>
        {isExplained ? '' : `${countInWords(waitingCopies, 'snapshot waits', 'snapshots wait')} to be copied here. `}
        {nextTryAt === null ? 'Copying now.' : `Next attempt: ${shortMomentInWords(nextTryAt, now)}.`}
      </span>
      <ActionButton variant="default" size="xs" act={tryNow} aria-label={`Retry now: ${destination.name}`}>
        Retry now
      </ActionButton>
    </div>
  );
}

function DestinationActions({
  summary: { destination, plans, trashedCopies },
  onEdit,
  onImport,
  onRecover,
  onRemove,
  onEmptyTrash,
}: Pick<DestinationCardProps, 'summary' | 'onEdit' | 'onImport' | 'onRecover' | 'onRemove' | 'onEmptyTrash'>) {
  const [, navigate] = useLocation();
  const rescan = useAction();
  const { id, name } = destination;
  const used = plans.length > 0;
  const startRescan = (): void =>
    rescan.run(async () => {
      const { run } = await client.call('destinations.rescan', { destinationId: id });
      addRun(run);
      navigate(`/activity/${run.id}`);
    });
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionButton
        variant="default"
        size="xs"
        act={() => client.call('destinations.test', { destinationId: id })}
        aria-label={`Test: ${name}`}
      >
        Test
      </ActionButton>
      <Button variant="default" size="xs" onClick={onEdit} aria-label={`Edit: ${name}`}>
        Edit
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={`More actions: ${name}`} loading={rescan.pending}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconSearch size={15} aria-hidden />} onClick={startRescan}>
            Rescan
          </Menu.Item>
          <Menu.Item leftSection={<IconHistory size={15} aria-hidden />} onClick={onRecover}>
            Recover plans
          </Menu.Item>
          <Menu.Item leftSection={<IconFileSearch size={15} aria-hidden />} onClick={onImport}>
            Import from other programs…
          </Menu.Item>
          <Menu.Divider />
          {trashedCopies > 0 && (
            <Menu.Item className="loss" leftSection={<IconTrash size={15} aria-hidden />} onClick={onEmptyTrash}>
              Empty trash…
            </Menu.Item>
          )}
          <Menu.Item
            className={used ? '' : 'loss'}
            leftSection={<IconTrashX size={15} aria-hidden />}
            disabled={used}
            onClick={onRemove}
          >
            Remove…
            {used && (
              <span className="menu-reason">
                {plans.length === 1 ? `Used by ${plans[0]?.name}.` : `Used by ${plans.length} plans.`}
              </span>
            )}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
