import { ActionIcon, Button, Group, Input, Menu, SegmentedControl, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import type { PlanDestination, Retention } from '../../../src-shared/model/plan.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { KindIcon } from '../../components/status/destination-display.tsx';
import { useDialog } from '../../hooks/address.ts';
import { DestinationDialog } from '../destinations/destination-dialog.tsx';
import { RetentionFields } from '../retention/retention-fields.tsx';
import '../plans/plans.css';
import { useAnswer } from '../../stores/core.ts';

interface PlanDestinationsFieldProps {
  label: string;
  value: readonly PlanDestination[];
  onChange(value: PlanDestination[]): void;
  /** Snapshots are made in the first folder among them. */
  madeHere: boolean;
  /** The plan's retention, which a destination can override; without it, retention is not shown. */
  retention?: Retention;
}

/** Chooses existing destinations, orders them, and adds new ones. */
export function PlanDestinationsField({ label, value, onChange, madeHere, retention }: PlanDestinationsFieldProps) {
  const destinations = useAnswer('destinations.list', {});
  const known = destinations.value ?? [];
  const { dialog, open, close } = useDialog(['destination']);
  const find = (id: string): DestinationSummary | undefined => known.find(({ destination }) => destination.id === id);
  const first = value.find(({ destinationId }) => find(destinationId)?.destination.settings.kind === 'folder');
  const add = (destinationId: string): void => {
    if (!value.some((each) => each.destinationId === destinationId))
      onChange([...value, { destinationId, retention: null }]);
  };
  const move = (index: number, by: -1 | 1): void => {
    const moved = value[index];
    if (moved === undefined) return;
    onChange(value.toSpliced(index, 1).toSpliced(index + by, 0, moved));
  };
  return (
    <div>
      <Input.Label labelElement="div" display="block" mb={6}>
        {label}
      </Input.Label>
      {value.length > 0 && (
        <ol className="chosen-destinations" aria-label={label}>
          {value.map((chosen, index) => (
            <ChosenDestination
              key={chosen.destinationId}
              summary={find(chosen.destinationId)}
              made={madeHere && chosen === first}
              onUp={index === 0 ? undefined : () => move(index, -1)}
              onDown={index === value.length - 1 ? undefined : () => move(index, 1)}
              onRemove={() => onChange(value.filter((each) => each !== chosen))}
            >
              {retention !== undefined && (
                <OwnRetention
                  value={chosen.retention}
                  plan={retention}
                  onChange={(own) =>
                    onChange(value.map((each) => (each === chosen ? { ...each, retention: own } : each)))
                  }
                />
              )}
            </ChosenDestination>
          ))}
        </ol>
      )}
      {destinations.error !== null && <ErrorNotice error={destinations.error} onRetry={destinations.reload} />}
      <AddMenu
        loading={destinations.value === null && destinations.error === null}
        choices={known.filter(({ destination }) => !value.some((each) => each.destinationId === destination.id))}
        onChoose={add}
        onNew={() => open('destination')}
      />
      {dialog === 'destination' && (
        <DestinationDialog summary={null} onClose={close} onSaved={({ destination }) => add(destination.id)} />
      )}
    </div>
  );
}

interface ChosenDestinationProps {
  /** `undefined`: it has not been fetched yet. */
  summary: DestinationSummary | undefined;
  made: boolean;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onRemove(): void;
  children: ReactNode;
}

function ChosenDestination({ summary, made, onUp, onDown, onRemove, children }: ChosenDestinationProps) {
  const name = summary?.destination.name ?? 'destination';
  return (
    <li>
      <Group gap="sm" wrap="nowrap">
        {summary !== undefined && <KindIcon kind={summary.destination.settings.kind} />}
        <div className="chosen-name">
          <span>{name}</span>
          <Text span size="xs" c="dimmed" className="chosen-label" title={summary?.label}>
            {made ? `Primary · ${summary?.label}` : summary?.label}
          </Text>
        </div>
        <Group gap={2} wrap="nowrap">
          <ActionIcon variant="subtle" aria-label={`Move ${name} up`} disabled={onUp === undefined} onClick={onUp}>
            <IconArrowUp size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            aria-label={`Move ${name} down`}
            disabled={onDown === undefined}
            onClick={onDown}
          >
            <IconArrowDown size={16} />
          </ActionIcon>
          <ActionIcon variant="subtle" aria-label={`Remove ${name}`} onClick={onRemove}>
            <IconX size={16} />
          </ActionIcon>
        </Group>
      </Group>
      {children}
    </li>
  );
}

function OwnRetention({
  value,
  plan,
  onChange,
}: {
  value: Retention | null;
  plan: Retention;
  onChange(value: Retention | null): void;
}) {
  return (
    <div className="own-retention">
      <SegmentedControl
        size="xs"
        aria-label="Retention at this destination"
        data={[
          { value: 'plan', label: 'Plan retention' },
          { value: 'own', label: 'Custom retention' },
        ]}
        value={value === null ? 'plan' : 'own'}
        onChange={(which) => onChange(which === 'own' ? plan : null)}
      />
      {value !== null && <RetentionFields value={value} onChange={onChange} />}
    </div>
  );
}

function AddMenu({
  loading,
  choices,
  onChoose,
  onNew,
}: {
  loading: boolean;
  choices: readonly DestinationSummary[];
  onChoose(destinationId: string): void;
  onNew(): void;
}) {
  const icon = <IconPlus size={14} aria-hidden />;
  if (choices.length === 0) {
    return (
      <Button variant="default" size="xs" leftSection={icon} onClick={onNew} loading={loading}>
        Add destination…
      </Button>
    );
  }
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={icon}>
          Add destination
        </Button>
      </Menu.Target>
      <Menu.Dropdown className="destination-menu">
        {choices.map(({ destination, label }) => (
          <Menu.Item
            key={destination.id}
            leftSection={<KindIcon kind={destination.settings.kind} size={16} />}
            onClick={() => onChoose(destination.id)}
          >
            {destination.name}
            <Text span size="xs" c="dimmed" className="chosen-label">
              {label}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={icon} onClick={onNew}>
          New destination…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
