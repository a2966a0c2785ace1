import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useAction } from '../hooks/use-action.ts';
import { ErrorNotice } from './errors.tsx';

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
    <Modal opened onClose={onClose} title={title} size={size}>
      <Stack gap="md">
        {children}
        {error !== null && <ErrorNotice error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button
            {...(removes && { color: 'red.8' })}
            onClick={() => run(() => onConfirm().then(onClose))}
            disabled={disabled}
            loading={pending}
          >
            {label}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
