import { Button, Group, Loader, Select, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice, errorBody } from '../../components/errors.tsx';
import { TableList } from '../plan-form/source-facts.tsx';
import { ChoiceFields } from './choice-fields.tsx';
import {
  choicesOf,
  firstChoice,
  type PlacesOfSource,
  placesOf,
  type RestoreChoice,
  restorable,
  takesDatabase,
} from './restore-choice.ts';
import { type Described, WhatFacts } from './what-facts.tsx';

const NEAREST = 'nearest';

/** The first step: shows the snapshot and chooses what to restore. */
export function WhatStep({
  source,
  onSource,
  choice,
  onChoice,
  onNext,
  onClose,
}: {
  source: RestoreSource;
  onSource(source: RestoreSource): void;
  /** `null`: the default choice. */
  choice: RestoreChoice | null;
  onChoice(choice: RestoreChoice): void;
  onNext(places: PlacesOfSource): void;
  onClose(): void;
}) {
  const [described, setDescribed] = useState<Described | null>(null);
  const [error, setError] = useState<ErrorBody | null>(null);
  const what = JSON.stringify('snapshotId' in source ? { snapshotId: source.snapshotId } : source);
  useEffect(() => {
    describe(JSON.parse(what) as RestoreSource).then(
      (found) => {
        // A dropped content list means its snapshot.
        if ('standsFor' in found) onSource({ snapshotId: found.standsFor });
        else setDescribed(found);
      },
      (caught: unknown) => setError(errorBody(caught)),
    );
  }, [what, onSource]);
  const holds = { sourceKind: described?.sourceKind ?? 'database', attachedFiles: described?.attachedFiles ?? [] };
  const chosen = choice ?? firstChoice(holds);
  const choices = choicesOf(holds);
  const next = (): void => {
    onChoice(chosen);
    const places = placesOf(holds.attachedFiles, chosen, described?.suggestedTarget ?? null);
    onNext({ ...places, imported: described?.origin === 'imported' });
  };
  return (
    <>
      {described === null && error === null && <Loader size="sm" aria-label="Checking" />}
      {error !== null && <ErrorNotice error={error} />}
      {described !== null && (
        <>
          <Title order={3}>{described.name}</Title>
          <Text>{described.message}</Text>
          <WhatFacts described={described} />
          {'snapshotId' in source && described.stored.length > 1 && (
            <Select
              label="Restore from"
              data={[
                { value: NEAREST, label: 'Nearest available destination' },
                ...described.stored.map((copy) => ({ value: copy.destinationId, label: copy.destinationName })),
              ]}
              allowDeselect={false}
              value={source.destinationId ?? NEAREST}
              onChange={(from) =>
                onSource({
                  snapshotId: source.snapshotId,
                  ...(from === null || from === NEAREST ? {} : { destinationId: from }),
                })
              }
            />
          )}
          {choices.length > 1 && (
            <ChoiceFields choices={choices} attachedFiles={restorable(holds)} value={chosen} onChange={onChoice} />
          )}
          {takesDatabase(chosen) && <TableList tables={described.tables ?? []} />}
        </>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={described === null || !described.restorable || choices.length === 0}
          onClick={next}
          data-autofocus
        >
          Choose target
        </Button>
      </Group>
    </>
  );
}

async function describe(source: RestoreSource): Promise<Described | { standsFor: string }> {
  if ('snapshotId' in source) {
    const { snapshot } = await client.call('snapshots.get', { snapshotId: source.snapshotId });
    return {
      ...snapshot,
      stored: snapshot.copies.filter(({ state }) => state === 'stored'),
      message: `This is a snapshot of ${snapshot.planName}.`,
      restorable: !snapshot.missing,
      suggestedTarget: snapshot.sourcePath,
    };
  }
  const file = await client.call('files.identify', { path: source.path });
  if (file.sourceKind === 'files' && file.snapshotId !== null) return { standsFor: file.snapshotId };
  const known =
    file.snapshotId === null ? null : (await client.call('snapshots.get', { snapshotId: file.snapshotId })).snapshot;
  const { verification = null, origin = 'imported' } = known ?? {};
  return { ...file, stored: [], verification, origin, attachedFiles: [] };
}
