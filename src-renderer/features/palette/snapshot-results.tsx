import { Spotlight } from '@mantine/spotlight';
import { IconCamera } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { useAnswer, useKept } from '../../stores/core.ts';
import { openRestore } from '../restore/restore-store.ts';
import { dayInQuery } from './day-in-query.ts';
import { matches } from './matches.ts';

const MOST_SHOWN = 12;
/** So many of a day are looked through for a name that no plan has. */
const MOST_ASKED = 200;

/** Returns the snapshots of the day that a query names. */
export function useSnapshotResults(query: string): ReactNode[] {
  const day = dayInQuery(query, new Date());
  const plans = useKept('plans.list', (list) => list) ?? [];
  const rest = day?.rest ?? '';
  const named = rest === '' ? [] : plans.filter(({ plan }) => matches(rest, plan.name));
  const { value } = useAnswer(
    'snapshots.list',
    day === null
      ? null
      : {
          takenFrom: day.from.toISOString(),
          takenBy: new Date(day.until.getTime() - 1).toISOString(),
          ...(named.length === 0
            ? { limit: MOST_ASKED }
            : { planIds: named.map(({ plan }) => plan.id), limit: MOST_SHOWN }),
        },
  );
  if (day === null || value === null) return [];
  const now = Date.now();
  const fits = ({ planName, name }: ListedSnapshot): boolean =>
    named.length > 0 || matches(rest, `${planName} ${name}`);
  const found = value.filter(fits).slice(0, MOST_SHOWN);
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
