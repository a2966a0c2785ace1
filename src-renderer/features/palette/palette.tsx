import { useHotkeys } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useEscape } from '../../components/layout/dialog.tsx';
import { useDialogOver } from '../../hooks/address.ts';
import { useCommandResults } from './command-results.tsx';
import { useDatabaseResults } from './database-results.tsx';
import './palette.css';
import { useSnapshotResults } from './snapshot-results.tsx';

/** Finds databases, snapshots by their day, actions and settings; Ctrl or Cmd and K opens it. */
export function Palette() {
  const [query, setQuery] = useState('');
  const { dialog, open, close } = useDialogOver('palette');
  const isOpen = dialog === 'palette';
  useHotkeys([['mod + K', () => (isOpen ? close() : open('palette'))]], []);
  useEscape(isOpen, close);
  useEffect(() => (isOpen ? spotlight.open() : spotlight.close()), [isOpen]);
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      // What was chosen may be open in its place.
      onSpotlightClose={() => isOpen && close()}
      closeOnEscape={false}
      scrollable
      maxHeight="min(420px, 60vh)"
      overlayProps={{ backgroundOpacity: 0.35 }}
      attributes={{ content: { 'aria-label': 'Find anything' } }}
    >
      <Spotlight.Search
        aria-label="Find databases, snapshots, actions and settings"
        placeholder="Find databases, snapshots, actions, settings"
        leftSection={<IconSearch size={18} aria-hidden />}
      />
      <Spotlight.ActionsList>
        <Results query={query} />
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function Results({ query }: { query: string }) {
  const databases = useDatabaseResults(query);
  const snapshots = useSnapshotResults(query);
  const commands = useCommandResults(query);
  const groups = [['Databases', databases] as const, ['Snapshots', snapshots] as const, ...commands].filter(
    ([, results]) => results.length > 0,
  );
  if (groups.length === 0) return <Spotlight.Empty>Nothing found</Spotlight.Empty>;
  return groups.map(([label, results]) => (
    <Spotlight.ActionsGroup key={label} label={label}>
      {results}
    </Spotlight.ActionsGroup>
  ));
}
