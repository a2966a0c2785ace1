import { Checkbox, Text, TextInput } from '@mantine/core';
import { momentInWords, momentLabel } from '../../../src-shared/words/moments.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { useNow } from '../../hooks/use-now.ts';
import type { PlanDraft } from './recovery-draft.ts';

/** A plan that can be recovered: its name, its source and its snapshots. */
export function PlanRow({ draft, onChange }: { draft: PlanDraft; onChange(changed: PlanDraft): void }) {
  const now = useNow();
  const { found, chosen, name, sourcePath, snapshotIds } = draft;
  const { settings, snapshots, sourceKind, sourceExists } = found;
  const schedule = settings === null ? 'Schedule: unknown' : `Schedule: ${scheduleInWords(settings.schedule)}`;
  const tick = (id: string): void => {
    const ids = new Set(snapshotIds);
    if (!ids.delete(id)) ids.add(id);
    onChange({ ...draft, snapshotIds: ids });
  };
  return (
    <li>
      <Checkbox
        checked={chosen}
        onChange={(event) => onChange({ ...draft, chosen: event.currentTarget.checked })}
        label={found.name}
        description={`${countInWords(snapshots.length, 'snapshot')}, newest ${momentInWords(snapshots[0]?.createdAt ?? '', now)}. ${schedule}.`}
      />
      {chosen && (
        <div className="recover-fields">
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
          />
          {sourceKind === 'database' ? (
            <PathField
              kind="database"
              label={sourceExists ? 'Source' : 'Source (missing on this machine)'}
              value={sourcePath}
              onChange={(path) => onChange({ ...draft, sourcePath: path })}
            />
          ) : (
            <Text size="sm">
              The files are expected at their original paths. You can change the paths in the plan’s settings.
            </Text>
          )}
          <Disclosure title={`Snapshots to recover: ${snapshotIds.size} of ${snapshots.length}`}>
            <ul className="recover-snapshots">
              {snapshots.map(({ id, name: file, createdAt, sizeBytes }) => (
                <li key={id}>
                  <Checkbox
                    size="xs"
                    checked={snapshotIds.has(id)}
                    onChange={() => tick(id)}
                    label={`${momentLabel(createdAt, now)}, ${bytesInWords(sizeBytes)}`}
                    description={file}
                  />
                </li>
              ))}
            </ul>
          </Disclosure>
        </div>
      )}
    </li>
  );
}
