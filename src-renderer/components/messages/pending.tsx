import { Group, Loader, Text } from '@mantine/core';
import type { Loaded } from '../../stores/core.ts';
import { ErrorNotice } from './errors.tsx';

interface PendingProps {
  answer: Loaded<unknown>;
  /** For screen readers: what is happening. */
  label?: string;
  /** A sentence beside the loader, for what takes longer. */
  text?: string;
}

/** Shows that an answer is loading, or why it failed with a button to try again; nothing once it is loaded. */
export function Pending({ answer: { value, error, reload }, label = 'Loading', text }: PendingProps) {
  if (error !== null) return <ErrorNotice error={error} onRetry={reload} />;
  if (value !== null) return null;
  return (
    <Group gap="sm">
      <Loader size="sm" aria-label={label} />
      {text !== undefined && <Text size="sm">{text}</Text>}
    </Group>
  );
}

/**
 * Returns what a field shows until its choices are loaded. It cannot be opened before: text typed to search the empty list
 * would hide the choices that arrive later.
 */
export function pendingChoices({ value, error }: Loaded<unknown>) {
  if (value !== null) return {};
  if (error !== null) return { disabled: true, placeholder: 'Not available' };
  return { disabled: true, placeholder: 'Loading…', 'aria-busy': true, rightSection: <Loader size="xs" aria-hidden /> };
}
