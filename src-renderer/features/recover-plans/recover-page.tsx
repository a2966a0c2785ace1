import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { Form } from '../../components/forms/form.tsx';
import { PathField } from '../../components/forms/path-field.tsx';
import { Page } from '../../components/layout/page.tsx';
import { Section } from '../../components/layout/section.tsx';
import { KindIcon } from '../../components/status/destination-display.tsx';
import { setParameters, useDialog, useParameters } from '../../hooks/address.ts';
import { useKept } from '../../stores/core.ts';
import { DestinationDialog } from '../destinations/destination-dialog.tsx';
import { FoundPlans, type RecoveryLocation } from './found-plans.tsx';
import './recover-plans.css';

/** Rebuilds plans from the backups at a destination, for example on a new computer. The address names the destination. */
export function RecoverPage() {
  const parameters = useParameters();
  const [destinationId, folder] = [parameters.get('destination') ?? '', parameters.get('folder') ?? ''];
  const name = useKept('destinations.list', (list) => list?.find((each) => each.destination.id === destinationId))
    ?.destination.name;
  const location: RecoveryLocation | null =
    destinationId !== '' ? { destinationId } : folder !== '' ? { path: folder } : null;
  return (
    <Page title="Recover plans">
      <div className="recover">
        <LocationSection folder={folder} />
        {location !== null && (
          <Section title={`Plans in ${name ?? folder}`}>
            <FoundPlans key={destinationId + folder} location={location} />
          </Section>
        )}
      </div>
    </Page>
  );
}

/** Where the backups are: a destination, or a folder. */
function LocationSection({ folder }: { folder: string }) {
  const destinations = useKept('destinations.list', (list) => list) ?? [];
  const [typed, setTyped] = useState(folder);
  const { dialog, open, close } = useDialog(['destination']);
  const read = (location: { destination?: string; folder?: string }, { replace = false } = {}): void =>
    setParameters({ destination: '', folder: '', ...location }, { replace });
  return (
    <Section title="Location of the backups">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Reads the plans and snapshots that another Snapkeep stored there. Nothing is changed until you recover plans.
        </Text>
        <Form onSubmit={() => typed.trim() !== '' && read({ folder: typed.trim() })}>
          <div className="field-row">
            <div>
              <PathField
                kind="folder"
                label="Backup folder"
                placeholder="/mnt/nas/backups"
                value={typed}
                onChange={setTyped}
              />
            </div>
            <Button type="submit" disabled={typed.trim() === ''}>
              Find plans
            </Button>
          </div>
        </Form>
        <Group gap="xs">
          {destinations.map(({ destination }) => (
            <Button
              key={destination.id}
              variant="default"
              size="xs"
              leftSection={<KindIcon kind={destination.settings.kind} size={15} />}
              onClick={() => read({ destination: destination.id })}
            >
              <bdi>{destination.name}</bdi>
            </Button>
          ))}
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => open('destination')}
          >
            Add bucket or server…
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          Backups of other programs are imported in the <Link to="/settings?section=Import%20backups">settings</Link>.
        </Text>
      </Stack>
      {dialog === 'destination' && (
        <DestinationDialog
          summary={null}
          onClose={close}
          onSaved={({ destination }) => read({ destination: destination.id }, { replace: true })}
        />
      )}
    </Section>
  );
}
