import { Loader } from '@mantine/core';
import type { Answer } from '../hooks/use-answer.ts';
import { ErrorNotice } from './errors.tsx';

/** Stands where an answer will be: it is loading, or why it failed and a button to try again. Nothing once it is there. */
export function Pending({
  answer: { value, error, reload },
  label = 'Loading',
}: {
  answer: Answer<unknown>;
  label?: string;
}) {
  if (error !== null) return <ErrorNotice error={error} onRetry={reload} />;
  return value === null && <Loader size="sm" aria-label={label} />;
}

/**
 * Returns what a field shows until its choices are there. It cannot be opened before: what was typed to search an empty
 * list would go on hiding the choices that arrive later.
 */
export function pendingChoices({ value, error }: Answer<unknown>) {
  if (value !== null) return {};
  if (error !== null) return { disabled: true, placeholder: 'Not available' };
  return { disabled: true, placeholder: 'Loading…', 'aria-busy': true, rightSection: <Loader size="xs" aria-hidden /> };
}
