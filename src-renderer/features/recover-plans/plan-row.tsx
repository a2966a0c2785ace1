import { Checkbox, Text, TextInput } from '@mantine/core';
import type { RecoverablePlan } from '../../../src-shared/model/recovery/recovery.ts';
import { momentInWords, momentLabel } from '../../../src-shared/words/moments.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { useNow } from '../../hooks/use-now.ts';
import type { RecoveryFormApi } from './recovery-draft.ts';

interface PlanRowProps {
  form: RecoveryFormApi;
  index: number;
  found: RecoverablePlan;
}

/** A plan that can be recovered: its name, its source and its snapshots. */
export function PlanRow({ form, index, found }: PlanRowProps) {
  const now = useNow();
  const draft = form.values.plans[index];
  if (draft === undefined) return null;
  const { settings, snapshots, sourceKind, sourceExists, attachedFiles } = found;
  const schedule = settings === null ? 'Schedule: unknown' : `Schedule: ${scheduleInWords(settings.schedule)}`;
  const chosenIds = new Set(draft.snapshotIds);
  const tick = (id: string): void => {
    if (!chosenIds.delete(id)) chosenIds.add(id);
    form.setFieldValue(`plans.${index}.snapshotIds`, [...chosenIds]);
  };
  return (
    <li>
      <Checkbox
        {...form.getInputProps(`plans.${index}.chosen`, { type: 'checkbox' })}
        label={found.name}
        description={`${countInWords(snapshots.length, 'snapshot')}, newest ${momentInWords(snapshots[0]?.createdAt ?? '', now)}. ${schedule}.`}
      />
      {draft.chosen && (
        <div className="recover-fields">
          <TextInput label="Name" {...form.getInputProps(`plans.${index}.name`)} />
          {sourceKind === 'database' && (
            <PathField
              kind="database"
              label={sourceExists ? 'Source' : 'Source (missing on this machine)'}
              {...form.getInputProps(`plans.${index}.sourcePath`)}
              value={draft.sourcePath}
            />
          )}
          {attachedFiles.map(({ name, kind }, position) => (
            <PathField
              key={name}
              kind={kind === 'folder' ? 'folder' : 'file'}
              label={`Path of ${name}`}
              {...form.getInputProps(`plans.${index}.filePaths.${position}`)}
              value={draft.filePaths[position] ?? ''}
            />
          ))}
          {settings === null && (
            <Text size="sm">
              Its schedule and retention are unknown: the usual ones are set, and can be changed later.
            </Text>
          )}
          <Disclosure title={`Snapshots to recover: ${chosenIds.size} of ${snapshots.length}`}>
            <ul className="recover-snapshots">
              {snapshots.map(({ id, name: file, createdAt, sizeBytes }) => (
                <li key={id}>
                  <Checkbox
                    size="xs"
                    checked={chosenIds.has(id)}
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
