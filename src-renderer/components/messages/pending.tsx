import { Group, Loader, Text } from '@mantine/core';
import type { Loaded } from '../../stores/core.ts';
import { ErrorNotice } from './errors.tsx';

interface PendingProps {
  answer: Loaded<unknown>;
  /** For screen readers: what goes on. */
  label?: string;
  /** A sentence beside the loader, for what takes longer. */
  says?: string;
}

/** Stands where an answer will be: it is loading, or why it failed and a button to try again. Nothing once it is there. */
export function Pending({ answer: { value, error, reload }, label = 'Loading', says }: PendingProps) {
  if (error !== null) return <ErrorNotice error={error} onRetry={reload} />;
  if (value !== null) return null;
  return (
    <Group gap="sm">
      <Loader size="sm" aria-label={label} />
      {says !== undefined && <Text size="sm">{says}</Text>}
    </Group>
  );
}

/**
 * Returns what a field shows until its choices are there. It cannot be opened before: what was typed to search an empty
 * list would go on hiding the choices that arrive later.
 */
export function pendingChoices({ value, error }: Loaded<unknown>) {
  if (value !== null) return {};
  if (error !== null) return { disabled: true, placeholder: 'Not available' };
  return { disabled: true, placeholder: 'Loading…', 'aria-busy': true, rightSection: <Loader size="xs" aria-hidden /> };
}
