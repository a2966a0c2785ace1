import { Spotlight } from '@mantine/spotlight';
import { IconCamera } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { useAnswer } from '../../stores/core.ts';
import { openRestore } from '../restore/restore-store.ts';
import { dayInQuery } from './day-in-query.ts';
import { matches } from './matches.ts';

const MOST_SHOWN = 12;
/** So many of a day are looked through for the name of a database. */
const MOST_ASKED = 200;

/** Returns the snapshots of the day that a query names. */
export function useSnapshotResults(query: string): ReactNode[] {
  const day = dayInQuery(query, new Date());
  const { value } = useAnswer(
    'snapshots.list',
    day === null
      ? null
      : {
          takenFrom: day.from.toISOString(),
          takenBy: new Date(day.until.getTime() - 1).toISOString(),
          limit: MOST_ASKED,
        },
  );
  if (day === null || value === null) return [];
  const now = Date.now();
  const found = value.filter(({ planName, name }) => matches(day.rest, `${planName} ${name}`)).slice(0, MOST_SHOWN);
  return found.map((snapshot) => (
    <Spotlight.Action
      key={snapshot.id}
      label={`${snapshot.planName}, ${momentLabel(snapshot.createdAt, now)}`}
      description={`Restore… · ${bytesInWords(snapshot.sizeBytes)} · ${snapshot.name}`}
      leftSection={<IconCamera size={18} aria-hidden />}
      onClick={() => openRestore({ source: { snapshotId: snapshot.id } })}
    />
  ));
}
