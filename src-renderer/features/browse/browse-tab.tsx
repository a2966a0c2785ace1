import { Group, Select } from '@mantine/core';
import { IconDatabaseSearch } from '@tabler/icons-react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { EmptyState } from '../../components/layout/page.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useParameter } from '../../hooks/address.ts';
import { useAnswer } from '../../stores/core.ts';
import { BrowseView } from './browse-view.tsx';

/** Stands for the database as it is now. */
const NOW = 'now';

/** What a snapshot of a plan contains, or its database as it is now. */
export function BrowseTab({ plan, now }: { plan: Plan; now: number }) {
  const [at, setAt] = useParameter('at');
  const answer = useAnswer('snapshots.list', { planId: plan.id });
  if (answer.value === null) return <Pending answer={answer} />;
  const snapshots = answer.value;
  const chosen = at || (snapshots.find(({ missing }) => !missing)?.id ?? NOW);
  const isListed = chosen === NOW || snapshots.some(({ id }) => id === chosen);
  if (plan.sourceKind === 'files')
    return (
      <EmptyState icon={<IconDatabaseSearch size={44} stroke={1.4} />} title="No database to browse">
        This plan backs up files. Their snapshots are listed in the tab “Snapshots”.
      </EmptyState>
    );
  return (
    <div className="browse-tab">
      <Group gap="sm" align="end">
        <Select
          label="Snapshot"
          size="xs"
          w={260}
          allowDeselect={false}
          maxDropdownHeight={300}
          data={[
            { value: NOW, label: 'Database now' },
            ...snapshots.map(({ id, createdAt }) => ({ value: id, label: momentLabel(createdAt, now) })),
            ...(isListed ? [] : [{ value: chosen, label: 'An older snapshot' }]),
          ]}
          value={chosen}
          onChange={(value) => setAt(value ?? '', { replace: false })}
        />
      </Group>
      <BrowseView key={chosen} source={chosen === NOW ? { planId: plan.id } : { snapshotId: chosen }} />
    </div>
  );
}
