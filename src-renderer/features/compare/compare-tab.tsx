import { Group, Select, Text } from '@mantine/core';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { usePathPicker } from '../../components/forms/path-picker.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { setParameters, useParameters } from '../../hooks/address.ts';
import { useFirst } from '../../hooks/use-first.ts';
import { useLast } from '../../hooks/use-last.ts';
import { useAnswer } from '../../stores/core.ts';
import { otherState, pointOf } from '../history/point-address.ts';
import { CompareView } from './compare-view.tsx';
import { NOTHING_CHOSEN } from './compared.ts';
import './compare.css';

/** Stands for the database as it is now. */
const NOW = 'now';

/** Stands for picking a file; the path of a chosen one follows it. */
const FILE = 'file:';

/** Compares two states of a plan: snapshots, points, its database as it is now, or any file. */
export function CompareTab({ plan, now }: { plan: Plan; now: number }) {
  const parameters = useParameters();
  const answer = useAnswer('snapshots.list', { planId: plan.id });
  // What the tab of snapshots has asked for stays until it is asked for here: a comparison is made once.
  const snapshots = useLast(answer.value);
  const newest = snapshots?.find(({ missing }) => !missing)?.id ?? NOW;
  // A backup that ends meanwhile does not change what is compared.
  const shown = useFirst(snapshots === null ? null : newest);
  if (snapshots === null) return <Pending answer={answer} />;
  const before = parameters.get('a') ?? shown ?? NOW;
  const after = parameters.get('b') ?? NOW;
  const sourceOf = (chosen: string) => {
    const txid = pointOf(chosen);
    if (txid !== null) return { planId: plan.id, txid };
    if (chosen.startsWith(FILE)) return { path: chosen.slice(FILE.length) };
    return chosen === NOW ? { planId: plan.id } : { snapshotId: chosen };
  };
  // What was chosen in one comparison may not be in another.
  const choose = (chosen: { a?: string; b?: string }): void =>
    setParameters({ a: before, b: after, ...chosen, ...NOTHING_CHOSEN }, { replace: false });
  return (
    <div className="compare-tab">
      <Group gap="sm" align="end">
        <StateField label="From" value={before} {...{ plan, snapshots, now }} onChoose={(a) => choose({ a })} />
        <StateField label="To" value={after} {...{ plan, snapshots, now }} onChoose={(b) => choose({ b })} />
      </Group>
      {before === after ? (
        <Text size="sm" c="dimmed">
          Choose two different states to compare.
        </Text>
      ) : (
        <CompareView key={`${before} ${after}`} before={sourceOf(before)} after={sourceOf(after)} />
      )}
    </div>
  );
}

interface StateFieldProps {
  label: string;
  value: string;
  plan: Plan;
  snapshots: readonly ListedSnapshot[];
  now: number;
  onChoose(value: string): void;
}

/** One of the states that are compared. */
function StateField({ label, value, plan, snapshots, now, onChoose }: StateFieldProps) {
  const isListed = value === NOW || snapshots.some(({ id }) => id === value);
  const file = value.startsWith(FILE) ? value.slice(FILE.length) : '';
  const { pick, picker } = usePathPicker('backup', file || plan.sourcePath, (path) => onChoose(`${FILE}${path}`));
  return (
    <>
      <Select
        label={label}
        size="xs"
        w={260}
        allowDeselect={false}
        maxDropdownHeight={300}
        title={file}
        data={[
          { value: NOW, label: 'Database now' },
          ...snapshots.map(({ id, createdAt }) => ({ value: id, label: momentLabel(createdAt, now) })),
          ...(isListed ? [] : [{ value, label: file === '' ? otherState(value) : nameOf(file) }]),
          { value: FILE, label: 'File…' },
        ]}
        value={value}
        onChange={(chosen) => {
          if (chosen === FILE) pick();
          else if (chosen !== null) onChoose(chosen);
        }}
      />
      {picker}
    </>
  );
}

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
