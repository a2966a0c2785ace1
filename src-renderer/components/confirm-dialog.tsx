import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Action } from '../hooks/use-action.ts';
import { ErrorNotice } from './errors.tsx';

/** Asks for confirmation. Cancel has the focus; an error is shown in the dialog, which stays open. */
export function ConfirmDialog(props: {
  title: string;
  /** The label of the confirming button. */
  label: string;
  /** Something is removed. */
  removes?: boolean;
  size?: 'md' | 'lg';
  action: Action;
  /** It cannot be confirmed yet. */
  disabled?: boolean;
  onConfirm(): void;
  onClose(): void;
  children: ReactNode;
}) {
  const { title, label, removes, size = 'md', action, disabled = false, onConfirm, onClose, children } = props;
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        {children}
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button {...(removes && { color: 'red.8' })} onClick={onConfirm} disabled={disabled} loading={action.pending}>
            {label}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
