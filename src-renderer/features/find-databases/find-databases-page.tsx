import { SegmentedControl, Text } from '@mantine/core';
import { IconDatabaseSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { FoundCounts, FoundState, LastSearch } from '../../../src-shared/model/found-database.ts';
import { unreadInWords } from '../../../src-shared/words/found-database-words.ts';
import { agoInWords } from '../../../src-shared/words/moments.ts';
import { EmptyState, Page } from '../../components/layout/page.tsx';
import { Note } from '../../components/messages/note.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useParameter } from '../../hooks/address.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import { BackUpFound } from './back-up-found.tsx';
import { FoundTable } from './found-table.tsx';
import { SearchButton } from './search-button.tsx';
import { useActiveSearch } from './use-search.ts';
import './find-databases.css';

/** The longest page of a list. */
const MOST_SHOWN = 500;
const NONE: ReadonlySet<string> = new Set();

const STATES: readonly FoundState[] = ['no-plan', 'planned', 'ignored', 'folded'];

const LABELS: Record<FoundState, string> = {
  'no-plan': 'No plan',
  planned: 'With a plan',
  ignored: 'Ignored',
  folded: 'Caches',
};

/** Databases of programs on this machine, and which of them have no plan. */
export function FindDatabasesPage() {
  const [show, setShow] = useParameter('show');
  const state = STATES.find((each) => each === show) ?? 'no-plan';
  const [chosen, setChosen] = useState(NONE);
  const answer = useAnswer('databases.listFound', { states: [state], limit: MOST_SHOWN });
  const searching = useActiveSearch();
  const { value } = answer;
  const shown = value?.databases.filter((each) => each.state === state) ?? [];
  const selected = shown.filter(({ path }) => chosen.has(path));
  return (
    <Page title="Find databases" wide actions={<SearchButton again={value?.search != null} />}>
      {searching !== undefined && <RunProgress run={searching} />}
      {value === null && <Pending answer={answer} />}
      {value?.search === null && searching === undefined && <NotSearched />}
      {value !== null && value.search !== null && (
        <>
          <SearchFacts search={value.search} />
          <StateChoice
            value={state}
            counts={value.counts}
            onChange={(next) => {
              setShow(next === 'no-plan' ? '' : next);
              setChosen(NONE);
            }}
          />
          <FoundTable databases={shown} chosen={chosen} onChoose={setChosen} state={state} />
          {value.counts[state] > MOST_SHOWN && <Text size="sm">The first {MOST_SHOWN} are listed.</Text>}
          {state === 'no-plan' && shown.length > 0 && (
            <BackUpFound selected={selected} onDone={() => setChosen(NONE)} />
          )}
        </>
      )}
    </Page>
  );
}

function NotSearched() {
  return (
    <EmptyState icon={<IconDatabaseSearch size={44} stroke={1.4} />} title="No search yet">
      Searches the folders where programs keep data and the files that they have open. Files are only read, and only
      their first bytes.
    </EmptyState>
  );
}

function SearchFacts({ search: { at, report } }: { search: LastSearch }) {
  const now = useNow();
  const unread = unreadInWords(report);
  return (
    <>
      <Text size="sm" c="dimmed">
        Last search {agoInWords(at, now)}: {report.filesRead.toLocaleString('en-US')} files
        {report.folders === null ? '' : ` in ${report.folders.join(', ')}`}.
      </Text>
      {unread.length > 0 && <Note tone="info">{unread.join(' ')}</Note>}
    </>
  );
}

function StateChoice({
  value,
  counts,
  onChange,
}: {
  value: FoundState;
  counts: FoundCounts;
  onChange(state: FoundState): void;
}) {
  return (
    <SegmentedControl
      className="found-states"
      aria-label="State"
      data={STATES.map((state) => ({ value: state, label: `${LABELS[state]} (${counts[state]})` }))}
      value={value}
      onChange={(next) => onChange(STATES.find((state) => state === next) ?? 'no-plan')}
    />
  );
}
