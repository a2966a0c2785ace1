import { Button, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useAction } from '../../hooks/use-action.ts';
import { DialogButtons } from '../forms/dialog-buttons.tsx';
import { ErrorNotice } from '../messages/errors.tsx';
import { Dialog } from './dialog.tsx';

interface ConfirmDialogProps {
  title: string;
  /** The label of the confirming button. */
  label: string;
  /** Something is removed. */
  removes?: boolean;
  size?: 'md' | 'lg';
  /** It cannot be confirmed yet. */
  disabled?: boolean;
  /** What is confirmed; the dialog closes after it. */
  onConfirm(): Promise<unknown>;
  onClose(): void;
  children: ReactNode;
}

/** Asks for confirmation. Cancel has the focus; an error is shown in the dialog, which stays open. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, label, removes, size = 'md', disabled = false, onConfirm, onClose, children } = props;
  const { error, pending, run } = useAction('here');
  return (
    <Dialog opened onClose={onClose} title={title} size={size}>
      <Stack gap="md">
        {children}
        {error !== null && <ErrorNotice error={error} />}
        <DialogButtons onClose={onClose} focused>
          <Button
            {...(removes && { color: 'red.8' })}
            onClick={() => run(() => onConfirm().then(onClose))}
            disabled={disabled}
            loading={pending}
          >
            {label}
          </Button>
        </DialogButtons>
      </Stack>
    </Dialog>
  );
}
