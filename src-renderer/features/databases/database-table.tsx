import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useRef } from 'react';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { setParameters } from '../../hooks/address.ts';
import { DatabaseRow } from './database-row.tsx';
import type { ListChoice, Sort } from './list-plans.ts';
import { COLUMN_NAMES, COLUMNS, type Column } from './use-columns.ts';

const ROW_HEIGHT = 56;
/** The columns that the list can be sorted by. */
const SORTED: Partial<Record<Column, Sort>> = {
  size: 'size',
  last: 'last',
  next: 'next',
  copies: 'copies',
  group: 'group',
  tags: 'tags',
};

interface DatabaseTableProps {
  plans: readonly PlanSummary[];
  choice: ListChoice;
  columns: ReadonlySet<Column>;
  /** The ids of the chosen plans. */
  chosen: ReadonlySet<string>;
  onChoose(chosen: ReadonlySet<string>): void;
  pinned: ReadonlySet<string>;
  now: number;
}

/** Plans as rows, of which only those in view are drawn. */
export function DatabaseTable({ plans, choice, columns, chosen, onChoose, pinned, now }: DatabaseTableProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: plans.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => plans[index]?.plan.id ?? index,
    overscan: 6,
  });
  const latest = useRef(chosen);
  latest.current = chosen;
  const choose = useCallback(
    (planId: string, on: boolean) => {
      const next = new Set(latest.current);
      if (on) next.add(planId);
      else next.delete(planId);
      onChoose(next);
    },
    [onChoose],
  );
  return (
    <div
      className="card table-card database-table"
      role="table"
      aria-label="Databases"
      aria-rowcount={plans.length + 1}
    >
      <TableHead plans={plans} choice={choice} columns={columns} chosen={chosen} onChoose={onChoose} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="table-scroll" ref={scroll} role="rowgroup" tabIndex={0} aria-label="Rows">
        <div role="presentation" style={{ height: rows.getTotalSize() }} />
        {rows.getVirtualItems().map(({ key, index, start, size }) => {
          const summary = plans[index];
          if (summary === undefined) return null;
          return (
            <DatabaseRow
              key={key}
              summary={summary}
              columns={columns}
              chosen={chosen.has(summary.plan.id)}
              onChoose={choose}
              pinned={pinned.has(summary.plan.id)}
              index={index + 2}
              start={start}
              height={size}
              now={now}
            />
          );
        })}
      </div>
    </div>
  );
}

type TableHeadProps = Pick<DatabaseTableProps, 'plans' | 'choice' | 'columns' | 'chosen' | 'onChoose'>;

function TableHead({ plans, choice, columns, chosen, onChoose }: TableHeadProps) {
  const all = plans.every(({ plan }) => chosen.has(plan.id));
  return (
    <div role="rowgroup">
      <div className="database-row head" role="row" aria-rowindex={1}>
        <span role="columnheader" className="column-choice">
          <input
            type="checkbox"
            className="choice"
            aria-label="Select all"
            checked={all}
            ref={(box) => {
              if (box !== null) box.indeterminate = !all && plans.some(({ plan }) => chosen.has(plan.id));
            }}
            onChange={() => onChoose(new Set(all ? [] : plans.map(({ plan }) => plan.id)))}
          />
        </span>
        <SortHeading sort="state" label="State" choice={choice} />
        <SortHeading sort="name" label="Name" choice={choice} />
        {COLUMN_NAMES.filter((column) => columns.has(column)).map((column) => {
          const sort = SORTED[column];
          return sort === undefined ? (
            <span key={column} role="columnheader" className={`column-${column}`}>
              {COLUMNS[column]}
            </span>
          ) : (
            <SortHeading key={column} sort={sort} label={COLUMNS[column]} choice={choice} />
          );
        })}
        <span role="columnheader" className="row-actions">
          <span className="visually-hidden">Actions</span>
        </span>
      </div>
    </div>
  );
}

function SortHeading({ sort, label, choice }: { sort: Sort; label: string; choice: ListChoice }) {
  const isCurrent = choice.sort === sort;
  const next = isCurrent && !choice.descending ? `-${sort}` : sort;
  const Icon = choice.descending ? IconChevronDown : IconChevronUp;
  return (
    <span
      role="columnheader"
      className={`column-${sort}`}
      aria-sort={isCurrent ? (choice.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className="sort-button"
        onClick={() => setParameters({ sort: next === 'state' ? '' : next })}
      >
        {label}
        {isCurrent && <Icon size={14} aria-hidden />}
      </button>
    </span>
  );
}
