import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Section } from '../../components/layout/section.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useAnswer } from '../../stores/core.ts';
import './find-databases.css';

const SHOWN = 3;

/** The found databases without a plan that matter most; nothing where there are none. */
export function FoundSection() {
  const { value } = useAnswer('databases.listFound', { limit: SHOWN });
  if (value === null || value.counts['no-plan'] === 0) return null;
  const count = value.counts['no-plan'];
  return (
    <Section title="No backups">
      <ul className="found-list" aria-label="Databases without a plan">
        {value.databases.map(({ path, sizeBytes, walBytes, openBy, suggestedPlanName }) => (
          <li key={path}>
            <span className="found-what">
              <PathText path={nameInWords(path)} size="sm" />
              <span className="found-note">
                {bytesInWords(sizeBytes + walBytes)}
                {openBy[0] === undefined ? '' : `, in use by ${openBy[0].name}`}
              </span>
            </span>
            <ActionButton
              variant="subtle"
              size="xs"
              aria-label={`Ignore ${suggestedPlanName}`}
              act={() => client.call('databases.ignore', { paths: [path], ignored: true })}
            >
              Ignore
            </ActionButton>
          </li>
        ))}
      </ul>
      <Button component={Link} to="/databases/find" variant="default" size="xs" mt="xs">
        {count === 1 ? 'Back up' : `Show all ${count}`}
      </Button>
    </Section>
  );
}
