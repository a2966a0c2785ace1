import { Text } from '@mantine/core';
import { deletedInWords } from '../../../src-shared/words/trash-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { useAnswer } from '../../stores/core.ts';
import { putBack } from './put-back.ts';

/** The deleted snapshots of a plan that can be put back; nothing where there are none. */
export function RecentlyDeleted({ planId, now }: { planId: string; now: number }) {
  const { value } = useAnswer('trash.list', { planId });
  if (value === null || value.copies.length === 0) return null;
  // A snapshot comes back in all folders at once.
  const snapshots = [...new Map(value.copies.map((copy) => [copy.snapshotId, copy])).values()];
  return (
    <Disclosure title={`Recently deleted (${snapshots.length})`}>
      <ul className="recently-deleted" aria-label="Recently deleted">
        {snapshots.map((copy) => (
          <li key={copy.snapshotId}>
            <div>
              <Text size="sm" className="wraps">
                {copy.name}
              </Text>
              <Text size="xs" c="dimmed">
                {deletedInWords(copy, now)}, {bytesInWords(copy.sizeBytes)}
              </Text>
            </div>
            <ActionButton
              variant="default"
              size="xs"
              act={() => putBack(copy.snapshotId)}
              aria-label={`Put back: ${copy.name}`}
            >
              Put back
            </ActionButton>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
