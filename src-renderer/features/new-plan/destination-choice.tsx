import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { DestinationSummary, SuggestedFolder } from '../../../src-shared/model/destination.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { OTHER_DISK_HINT } from '../../components/forms/hints.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import { DestinationPill, KindIcon } from '../../components/status/destination-display.tsx';
import { useDialog } from '../../hooks/address.ts';
import { DestinationDialog } from '../destinations/destination-dialog.tsx';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { isSameDisk } from './default-place.ts';
import type { Places } from './use-places.ts';

interface DestinationChoiceProps {
  form: PlanFormApi;
  places: Places;
  /** What the hint of the folder ends with. */
  hint?: string;
}

/** Chooses known destinations, a folder on a detected disk or share, or another folder. */
export function DestinationChoice({ form, places, hint = '' }: DestinationChoiceProps) {
  const { dialog, open, close } = useDialog(['destination']);
  const { folder, others } = form.values;
  const choose = (destinationId: string, on: boolean): void => {
    const rest = others.filter((each) => each.destinationId !== destinationId);
    form.setFieldValue('others', on ? [...rest, { destinationId, retention: null }] : rest);
  };
  return (
    <Stack gap="md">
      <ul className="place-list" aria-label="Destinations">
        {places.destinations.map((summary) => (
          <li key={summary.destination.id}>
            <KnownPlace
              summary={summary}
              sameDisk={isSameDisk(summary, places.compared)}
              chosen={others.some(({ destinationId }) => destinationId === summary.destination.id)}
              onChoose={(on) => choose(summary.destination.id, on)}
            />
          </li>
        ))}
        {(places.suggested ?? []).map((suggested) => (
          <li key={suggested.path}>
            <SuggestedPlace
              suggested={suggested}
              chosen={folder.trim() === suggested.path}
              onChoose={(on) => form.setFieldValue('folder', on ? suggested.path : '')}
            />
          </li>
        ))}
      </ul>
      {places.problem !== null && <ErrorNotice error={places.problem} onRetry={places.refresh} />}
      <PathField
        kind="folder"
        label="Backup folder"
        description={`${OTHER_DISK_HINT}${hint}`}
        placeholder="/mnt/nas/backups"
        {...form.getInputProps('folder')}
        value={folder}
      />
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => open('destination')}
        >
          Add destination…
        </Button>
      </Group>
      <PlaceWarnings folder={folder.trim()} places={places} />
      {dialog === 'destination' && (
        <DestinationDialog summary={null} onClose={close} onSaved={({ destination }) => choose(destination.id, true)} />
      )}
    </Stack>
  );
}

/** What is wrong with the chosen places: a folder that cannot be reached, or everything on one disk. */
export function PlaceWarnings({ folder, places }: { folder: string; places: Places }) {
  return (
    <div role="status" className="place-warnings">
      {places.folderMissing && (
        <Note tone="warn">
          {folder} is not available, nor is the folder around it. Check that the disk or share is connected, or choose
          another folder.
        </Note>
      )}
      {places.onOneDisk && (
        <Note tone="warn">
          Same disk as the source: if it fails, both are lost. Add a destination on another disk or machine.
        </Note>
      )}
    </div>
  );
}

interface PlaceProps {
  label: ReactNode;
  description: ReactNode;
  chosen: boolean;
  onChoose(on: boolean): void;
}

/** A place that can be chosen. */
function Place({ label, description, chosen, onChoose }: PlaceProps) {
  return (
    <Checkbox
      className="place"
      checked={chosen}
      onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
      label={<span className="place-label">{label}</span>}
      description={description}
    />
  );
}

interface KnownPlaceProps {
  summary: DestinationSummary;
  sameDisk: boolean;
  chosen: boolean;
  onChoose(on: boolean): void;
}

function KnownPlace({ summary, sameDisk, chosen, onChoose }: KnownPlaceProps) {
  const { destination, label, state, lastTest } = summary;
  const free = lastTest?.report.freeBytes ?? null;
  return (
    <Place
      chosen={chosen}
      onChoose={onChoose}
      label={
        <>
          <KindIcon kind={destination.settings.kind} />
          <bdi className="wraps">{destination.name}</bdi>
          {state !== 'ready' && <DestinationPill state={state} />}
        </>
      }
      description={
        <Details path={label} facts={[freeInWords(free), sameDisk ? 'same disk or server as the source' : '']} />
      }
    />
  );
}

const KINDS: Record<SuggestedFolder['kind'], string> = {
  disk: 'Disk',
  removable: 'Removable disk',
  network: 'Network share',
  home: 'Home folder',
};

interface SuggestedPlaceProps {
  suggested: SuggestedFolder;
  chosen: boolean;
  onChoose(on: boolean): void;
}

function SuggestedPlace({ suggested, chosen, onChoose }: SuggestedPlaceProps) {
  const { path, volume, kind, freeBytes, sameDisk } = suggested;
  return (
    <Place
      chosen={chosen}
      onChoose={onChoose}
      label={
        <>
          <KindIcon kind="folder" />
          <span className="wraps">
            New folder: {KINDS[kind]}
            {kind === 'home' ? '' : ' '}
            {kind !== 'home' && <bdi>{volume.split('/').at(-1)}</bdi>}
          </span>
        </>
      }
      description={
        <Details path={path} facts={[freeInWords(freeBytes), sameDisk ? 'same disk or server as the source' : '']} />
      }
    />
  );
}

const freeInWords = (free: number | null): string => (free === null ? '' : `${bytesInWords(free)} free`);

function Details({ path, facts }: { path: string; facts: string[] }) {
  return (
    <Text span size="xs" c="dimmed" className="wraps">
      {[path, ...facts.filter((fact) => fact !== '')].join(' · ')}
    </Text>
  );
}
