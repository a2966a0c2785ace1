import { UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';

/** Content that is hidden behind a heading until it is opened. */
export function Disclosure({
  title,
  opened: openedAtFirst = false,
  children,
}: {
  title: ReactNode;
  opened?: boolean;
  children: ReactNode;
}) {
  const [opened, setOpened] = useState(openedAtFirst);
  const id = useId();
  return (
    <div>
      <UnstyledButton
        className="disclosure"
        aria-expanded={opened}
        aria-controls={id}
        onClick={() => setOpened(!opened)}
      >
        <IconChevronRight size={16} aria-hidden className="turn" />
        {title}
      </UnstyledButton>
      <div id={id} className="disclosed" hidden={!opened}>
        {opened && children}
      </div>
    </div>
  );
}
