import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useEffectEvent } from 'react';

/** What is open, the last one on top. */
const opened: symbol[] = [];

/** Calls back when Escape is pressed and nothing that was opened later is still open: one key closes one dialog. */
export function useEscape(isOpen: boolean, onEscape: () => void): void {
  const act = useEffectEvent(onEscape);
  useEffect(() => {
    if (!isOpen) return;
    const self = Symbol('dialog');
    opened.push(self);
    const follow = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.isComposing && opened.at(-1) === self && !closesList(event.target)) act();
    };
    addEventListener('keydown', follow, { capture: true });
    return () => {
      removeEventListener('keydown', follow, { capture: true });
      opened.splice(opened.indexOf(self), 1);
    };
  }, [isOpen]);
}

/** Mantine marks a field while its list is open: Escape closes the list. */
const closesList = (target: EventTarget | null): boolean =>
  target instanceof Element && target.getAttribute('data-mantine-stop-propagation') === 'true';

/** A dialog. Escape closes it while none is above it. */
export function Dialog(props: ModalProps) {
  useEscape(props.opened, props.onClose);
  return <Modal {...props} closeOnEscape={false} />;
}
