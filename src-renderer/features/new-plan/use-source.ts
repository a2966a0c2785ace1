import { useDebouncedValue } from '@mantine/hooks';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import { useAnswer } from '../../stores/core.ts';

/** A chosen database, as far as it has been checked. */
export interface CheckedSource {
  source: SourceDescription | null;
  problem: ErrorBody | null;
  checking: boolean;
  /** A key is asked for; when one cannot be read, another can be entered in its place. */
  locked: boolean;
}

/** Describes a database as soon as its path is known and has not changed for a moment. */
export function useSource(typed: string, key: KeyInput | null): CheckedSource {
  const path = typed.trim();
  const [debounced] = useDebouncedValue(path, 250);
  const asked = path !== '' && path === debounced ? { path, ...(key === null ? {} : { key }) } : null;
  const { value, error, pending } = useAnswer('sources.describe', asked);
  const checking = path !== '' && (asked === null || pending);
  const source = checking ? null : value;
  const problem = checking ? null : error;
  // The form stays while a key is tried, so that it can be corrected.
  const locked =
    source?.databaseEncryption?.locked === true ||
    problem?.code === 'BAD_KEY' ||
    (key !== null && (checking || problem !== null));
  return { source, problem, checking, locked };
}
