import { Button, type ButtonProps } from '@mantine/core';
import { useAction } from '../../hooks/use-action.ts';

interface ActionButtonProps extends ButtonProps {
  /** What it does; an error is shown in a corner of the window. */
  act(): Promise<unknown>;
  'aria-label'?: string | undefined;
  title?: string;
}

/** A button that shows that its work is running. */
export function ActionButton({ act, ...rest }: ActionButtonProps) {
  const { pending, run } = useAction();
  return <Button {...rest} onClick={() => run(act)} loading={pending} />;
}
