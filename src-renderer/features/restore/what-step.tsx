import { Button, Select, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import type { Result } from '../../../src-shared/contract/methods.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';
import { TableList } from '../plan-form/source-facts.tsx';
import { ChoiceFields } from './choice-fields.tsx';
import {
  choicesOf,
  firstChoice,
  type RestoreChoice,
  restorable,
  type TargetsOfSource,
  takesDatabase,
  targetsOf,
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
  onNext(targets: TargetsOfSource): void;
  onClose(): void;
}) {
  const { described, answer } = useDescribed(source, onSource);
  const holds = { sourceKind: described?.sourceKind ?? 'database', attachedFiles: described?.attachedFiles ?? [] };
  const chosen = choice ?? firstChoice(holds);
  const choices = choicesOf(holds);
  const next = (): void => {
    onChoice(chosen);
    const targets = targetsOf(holds.attachedFiles, chosen, described?.suggestedTarget ?? null);
    onNext({ ...targets, imported: described?.origin === 'imported' });
  };
  return (
    <>
      {described === null && <Pending answer={answer} label="Checking" />}
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
      <DialogButtons onClose={onClose}>
        <Button
          disabled={described === null || !described.restorable || choices.length === 0}
          onClick={next}
          data-autofocus
        >
          Choose target
        </Button>
      </DialogButtons>
    </>
  );
}

/** Returns what is known of a snapshot or a file. A content list that was dropped means its snapshot. */
function useDescribed(source: RestoreSource, onSource: (source: RestoreSource) => void) {
  const file = useAnswer('files.identify', 'path' in source ? { path: source.path } : null);
  const snapshotId = 'snapshotId' in source ? source.snapshotId : (file.value?.snapshotId ?? null);
  const found = useAnswer('snapshots.get', snapshotId === null ? null : { snapshotId });
  const meant = file.value?.sourceKind === 'files' ? file.value.snapshotId : null;
  useEffect(() => {
    if (meant !== null) onSource({ snapshotId: meant });
  }, [meant, onSource]);
  const snapshot = found.value?.snapshot ?? null;
  const answer = snapshotId === null || file.error !== null ? file : found;
  return { answer, described: 'path' in source ? describeFile(file.value, snapshotId, snapshot) : describe(snapshot) };
}

function describe(snapshot: Snapshot | null): Described | null {
  if (snapshot === null) return null;
  return {
    ...snapshot,
    stored: snapshot.copies.filter(({ state }) => state === 'stored'),
    message: `This is a snapshot of ${snapshot.planName}.`,
    restorable: !snapshot.missing,
    suggestedTarget: snapshot.sourcePath,
  };
}

function describeFile(
  file: Result<'files.identify'> | null,
  snapshotId: string | null,
  known: Snapshot | null,
): Described | null {
  if (file === null || (snapshotId !== null && (file.sourceKind === 'files' || known === null))) return null;
  const { verification = null, origin = 'imported' } = known ?? {};
  return { ...file, stored: [], verification, origin, attachedFiles: [] };
}
