import { Button, Text } from '@mantine/core';
import { Link } from 'wouter';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { FoundDatabase } from '../../../src-shared/model/found-database.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { startBackups } from '../../api/start-backups.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Section } from '../../components/layout/section.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { PathText } from '../../components/status/path-text.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useAnswer } from '../../stores/core.ts';
import { useDefaultDestination } from '../new-plan/use-places.ts';
import { SearchButton } from './search-button.tsx';
import { useActiveSearch } from './use-search.ts';
import './find-databases.css';

const SHOWN = 3;

/** The found databases without a plan that matter most; nothing where there are none. Before the first search, it offers one. */
export function FoundSection() {
  const { value } = useAnswer('databases.listFound', { limit: SHOWN });
  const searching = useActiveSearch();
  if (value === null) return null;
  if (value.counts['no-plan'] === 0) return value.search === null ? <FirstSearch searching={searching} /> : null;
  const count = value.counts['no-plan'];
  return (
    <Section title="No backups">
      <ul className="found-list" aria-label="Databases without a plan">
        {value.databases.map((found) => (
          <FoundRow key={found.path} found={found} />
        ))}
      </ul>
      <Button component={Link} to="/databases/find" variant="default" size="xs" mt="xs">
        {count === 1 ? 'Show details' : `Show all ${count.toLocaleString('en-US')}`}
      </Button>
    </Section>
  );
}

function FoundRow({ found }: { found: FoundDatabase }) {
  const { path, program, sizeBytes, walBytes, openBy, suggestedPlanName } = found;
  const usual = useDefaultDestination([path]);
  return (
    <li>
      <span className="found-what">
        <bdi className="found-name wraps">{program ?? suggestedPlanName}</bdi>
        <PathText path={nameInWords(path)} size="xs" c="dimmed" />
        <span className="found-note">
          {bytesInWords(sizeBytes + walBytes)}
          {openBy[0] === undefined ? '' : `, in use by ${openBy[0].name}`}
        </span>
      </span>
      {usual !== null && (
        <ActionButton
          variant="default"
          size="xs"
          aria-label={`Back up ${suggestedPlanName}`}
          title={`Daily at 02:00 to ${usual.label}`}
          act={() => backUp(path, usual.destination.id)}
        >
          Back up
        </ActionButton>
      )}
      <ActionButton
        variant="subtle"
        size="xs"
        aria-label={`Ignore ${suggestedPlanName}`}
        act={() => client.call('databases.ignore', { paths: [path], ignored: true })}
      >
        Ignore
      </ActionButton>
    </li>
  );
}

function FirstSearch({ searching }: { searching: Run | undefined }) {
  return (
    <Section title="Other databases on this machine" actions={<SearchButton again={false} size="xs" />}>
      {searching === undefined ? (
        <Text size="sm" c="dimmed">
          Finds databases of your programs that have no backups. Files are only read, and only their first bytes.
        </Text>
      ) : (
        <RunProgress run={searching} />
      )}
    </Section>
  );
}

/** Adds a plan with the defaults for a found database, and takes its first backup. */
async function backUp(path: string, destinationId: string): Promise<void> {
  const { plans, failed } = await client.call('databases.createPlans', {
    paths: [path],
    destinations: [{ destinationId }],
  });
  const [refused] = failed;
  if (refused !== undefined) throw new SnapkeepError('INVALID_PARAMS', refused.message, { hint: refused.hint ?? '' });
  await startBackups(plans.map(({ id }) => id));
  showDone('1 plan added.');
}
