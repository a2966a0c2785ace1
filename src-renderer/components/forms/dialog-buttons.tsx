import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';

interface DialogButtonsProps {
  onClose(): void;
  /** The label of the button that closes the dialog. */
  close?: string;
  /** The other buttons. */
  children?: ReactNode;
  /** The button that closes has the focus at first. */
  focused?: boolean;
}

/** The end of a dialog: a button that closes it, and what it is about. */
export function DialogButtons({ onClose, close = 'Cancel', focused = false, children }: DialogButtonsProps) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose} {...(focused && { 'data-autofocus': true })}>
        {close}
      </Button>
      {children}
    </Group>
  );
}
