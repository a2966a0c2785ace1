import { assignRef } from '@mantine/hooks';
import { type MouseEvent, type Ref, useEffect, useId, useState } from 'react';

/**
 * A menu or popover that is mounted only while it is open, for buttons that stand in every row of a long list.
 * @param kind what opens, for screen readers
 */
export function useDropdown(kind: 'menu' | 'dialog') {
  const id = useId();
  const [opener, setOpener] = useState<HTMLElement | null>(null);
  const close = (): void => {
    setOpener(null);
    opener?.focus({ preventScroll: true });
  };
  return {
    /** The properties of the button. */
    button: {
      id,
      'aria-haspopup': kind,
      'aria-expanded': opener !== null,
      'aria-controls': opener === null ? undefined : `${id}-dropdown`,
      onClick: ({ currentTarget }: MouseEvent<HTMLElement>) => (opener === null ? setOpener(currentTarget) : close()),
    },
    /** The child of its target, and the properties of the menu or popover; `null`: it is closed. */
    dropdown:
      opener === null ? null : { target: <Opener element={opener} />, props: { id, opened: true, onChange: close } },
  };
}

/** Stands for a button that exists already, where a menu or popover wants the element that it belongs to. */
function Opener({ element, ref }: { element: HTMLElement; ref?: Ref<HTMLElement> }) {
  useEffect(() => {
    assignRef(ref, element);
    return () => {
      assignRef(ref, null);
    };
  }, [element, ref]);
  return null;
}
