import { Button, Group, Text, UnstyledButton } from '@mantine/core';
import { IconDatabase } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { FoundDatabase } from '../../../src-shared/model/found-database.ts';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { Section } from '../../components/layout/section.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { navigate } from '../../hooks/address.ts';
import { useAnswer } from '../../stores/core.ts';
import { SearchButton } from '../find-databases/search-button.tsx';
import { useActiveSearch } from '../find-databases/use-search.ts';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { stepAddress } from './steps.tsx';

const SHOWN = 6;

/** Found databases without a plan: one click chooses one and leads to the review. */
export function FoundChoice({ form }: { form: PlanFormApi }) {
  const answer = useAnswer('databases.listFound', { limit: SHOWN });
  const searching = useActiveSearch();
  const count = answer.value?.counts['no-plan'] ?? 0;
  const choose = ({ path, encryption }: FoundDatabase): void => {
    form.setValues({ sourceKind: 'database', sourcePath: path, key: null, name: null });
    // One that may be encrypted has to be unlocked first.
    if (encryption === 'none') navigate(stepAddress('review'));
  };
  return (
    <Section title="Found on this machine" actions={<SearchButton again={answer.value?.search != null} size="xs" />}>
      {searching !== undefined && <RunProgress run={searching} />}
      <Pending answer={answer} />
      {answer.value !== null && count === 0 && (
        <Text size="sm" c="dimmed">
          {searching !== undefined
            ? 'The databases of your programs are listed here when the search ends, usually within 20 s. Click one to back it up.'
            : answer.value.search === null
              ? 'Searches the folders where programs keep data. Files are only read, and only their first bytes.'
              : 'Every database that was found has a plan or is ignored.'}
        </Text>
      )}
      {count > 0 && (
        <>
          <ul className="found-choices" aria-label="Databases without a plan">
            {answer.value?.databases.map((found) => (
              <li key={found.path}>
                <FoundButton
                  found={found}
                  current={form.values.sourcePath === found.path}
                  onChoose={() => choose(found)}
                />
              </li>
            ))}
          </ul>
          <Group mt="xs">
            <Button component={Link} to="/databases/find" variant="subtle" size="xs">
              {count > SHOWN ? `Show all ${count.toLocaleString('en-US')}` : 'Select several'}
            </Button>
          </Group>
        </>
      )}
    </Section>
  );
}

function FoundButton({
  found: { path, program, suggestedPlanName, sizeBytes, walBytes, openBy, encryption },
  current,
  onChoose,
}: {
  found: FoundDatabase;
  current: boolean;
  onChoose(): void;
}) {
  const facts = [
    bytesInWords(sizeBytes + walBytes),
    openBy[0] === undefined ? '' : `in use by ${openBy[0].name}`,
    encryption === 'possible' ? 'may be encrypted' : '',
  ];
  return (
    <UnstyledButton className="found-choice-button" data-current={current} onClick={onChoose}>
      <IconDatabase size={18} aria-hidden className="line-icon" />
      <span className="grows">
        <bdi className="wraps">{program ?? suggestedPlanName}</bdi>
        <PathText path={nameInWords(path)} size="xs" c="dimmed" />
      </span>
      <span className="found-choice-facts">{facts.filter((fact) => fact !== '').join(', ')}</span>
    </UnstyledButton>
  );
}
