import { Button } from '@mantine/core';
import { IconSearchOff } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { EmptyState, Page } from '../../components/layout/page.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { setParameters, useDialog, useParameters } from '../../hooks/address.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import { usePinned } from '../../stores/plan-marks.ts';
import { FindDatabasesButton } from '../find-databases/find-databases-button.tsx';
import { BULK_DIALOGS, BulkBar } from './bulk-bar.tsx';
import { DatabaseFilters } from './database-filters.tsx';
import { DatabaseTable } from './database-table.tsx';
import './databases.css';
import { choiceOf, listPlans } from './list-plans.ts';
import { NewPlanButton, NoPlans } from './no-plans.tsx';
import { useColumns } from './use-columns.ts';

/** All plans in a table that can be searched, narrowed and sorted, with actions for several at once. */
export function DatabasesPage() {
  const answer = useAnswer('plans.list', {});
  const parameters = useParameters().toString();
  const pinned = usePinned();
  const columns = useColumns();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const now = useNow();
  const plans = answer.value;
  const choice = useMemo(() => choiceOf(new URLSearchParams(parameters)), [parameters]);
  const listed = useMemo(() => listPlans(plans ?? [], choice, pinned), [plans, choice, pinned]);
  // Nothing is done to what is not shown.
  const selected = useMemo(() => listed.filter(({ plan }) => chosen.has(plan.id)), [listed, chosen]);
  const { dialog, close } = useDialog(BULK_DIALOGS);
  // What was selected does not survive a reload.
  useEffect(() => {
    if (dialog !== null && selected.length === 0) close();
  });
  if (plans === null || plans.length === 0)
    return (
      <Page title="Databases" actions={plans === null && <NewPlanButton />}>
        {plans === null ? <Pending answer={answer} /> : <NoPlans />}
      </Page>
    );
  return (
    <Page
      title="Databases"
      wide
      actions={
        <>
          <FindDatabasesButton />
          <NewPlanButton />
        </>
      }
    >
      <DatabaseFilters plans={plans} listed={listed.length} choice={choice} columns={columns} />
      {selected.length > 0 && <BulkBar selected={selected} onClear={() => setChosen(new Set())} />}
      {listed.length === 0 ? (
        <EmptyState
          icon={<IconSearchOff size={44} stroke={1.4} />}
          title="No matching database"
          action={
            <Button variant="default" onClick={() => setParameters({ search: '', show: '', group: '', tag: '' })}>
              Show all databases
            </Button>
          }
        >
          No name, path, group, tag or destination matches the search and the filters.
        </EmptyState>
      ) : (
        <DatabaseTable
          plans={listed}
          choice={choice}
          columns={columns.shown}
          chosen={chosen}
          onChoose={setChosen}
          pinned={pinned}
          now={now}
        />
      )}
    </Page>
  );
}
