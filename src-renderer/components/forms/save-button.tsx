import { Button, Group } from '@mantine/core';
import type { Action } from '../../hooks/use-action.ts';
import { ErrorNotice } from '../messages/errors.tsx';

interface SaveButtonProps {
  /** The work of saving, whose error is shown above the button. */
  action: Action;
  onSave(): void;
  disabled?: boolean;
  /** For screen readers, where a page has several of them: what is saved. */
  label?: string;
}

/** The end of a form: its error, and the button that saves it. */
export function SaveButton({ action, onSave, disabled = false, label }: SaveButtonProps) {
  return (
    <>
      {action.error !== null && <ErrorNotice error={action.error} />}
      <Group>
        <Button onClick={onSave} loading={action.pending} disabled={disabled} aria-label={label}>
          Save
        </Button>
      </Group>
    </>
  );
}
