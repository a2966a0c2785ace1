import { Button, Group, Text } from '@mantine/core';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import type { PlanSettings } from './use-plan-settings.ts';

/** Saves or discards what has been typed; always in view while there is something to save. */
export function SaveBar({ settings, onSave }: { settings: PlanSettings; onSave(): void }) {
  const { unsaved, incomplete, changedElsewhere, action, discard, keepChanges } = settings;
  // No message appears over the bar: that it goes says that all is saved.
  if (!unsaved) return null;
  return (
    <section className="save-bar" aria-label="Unsaved changes">
      {changedElsewhere ? (
        <Note tone="warn">
          The plan was changed in another window. Nothing has been overwritten. Keep your changes to save them on top of
          its current settings, or discard them.
        </Note>
      ) : (
        action.error !== null && <ErrorNotice error={action.error} />
      )}
      <Group justify="flex-end" gap="sm">
        <Text size="sm" className="save-word" role="status">
          {incomplete ? 'A field is missing or invalid' : 'Unsaved changes'}
        </Text>
        <Group gap="sm" wrap="nowrap">
          <Button variant="default" onClick={discard}>
            {changedElsewhere ? 'Discard changes' : 'Discard'}
          </Button>
          {changedElsewhere ? (
            <Button onClick={keepChanges}>Keep changes</Button>
          ) : (
            <Button disabled={incomplete} loading={action.pending} onClick={onSave}>
              Save
            </Button>
          )}
        </Group>
      </Group>
    </section>
  );
}
