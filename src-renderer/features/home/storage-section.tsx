import { Link } from 'wouter';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { isNearlyFull } from '../../../src-shared/rules/storage-growth.ts';
import { growthInWords, usedInWords } from '../../../src-shared/words/storage-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { Sparkline } from '../../components/charts/sparkline.tsx';
import { Section } from '../../components/layout/section.tsx';
import { DestinationPill, KindIcon } from '../../components/status/destination-display.tsx';

const MOST_SHOWN = 6;

/** What is stored and free at each destination, and how fast it fills; what cannot be used comes first. */
export function StorageSection({ destinations }: { destinations: readonly DestinationSummary[] }) {
  const used = destinations.filter(
    ({ plans, snapshotCount, trashedCopies }) => plans.length > 0 || snapshotCount + trashedCopies > 0,
  );
  if (used.length === 0) return null;
  const total = {
    storedBytes: used.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    trashedBytes: used.reduce((sum, { trashedBytes }) => sum + trashedBytes, 0),
  };
  const sorted = used.toSorted(
    (a, b) => Number(a.state === 'ready') - Number(b.state === 'ready') || b.storedBytes - a.storedBytes,
  );
  return (
    <Section title="Storage" actions={<span className="numbers">{usedInWords(total)} stored</span>}>
      <ul className="storage-list" aria-label="Destinations">
        {sorted.slice(0, MOST_SHOWN).map((summary) => {
          const { destination, label, state, space, recentBytes, growth } = summary;
          const rate = growthInWords(growth);
          return (
            <li key={destination.id}>
              <KindIcon kind={destination.settings.kind} />
              <Link to={`/storage/${destination.id}`} className="plain-link storage-name" title={label}>
                <bdi>{destination.name}</bdi>
              </Link>
              <span className="storage-size numbers">
                {usedInWords(summary)}
                {space === null ? '' : `, ${bytesInWords(space.freeBytes)} free`}
              </span>
              <DestinationPill state={state} />
              {rate !== '' && (
                <span className={isNearlyFull(space, growth) ? 'storage-growth tone-warn' : 'storage-growth'}>
                  <Sparkline values={recentBytes} label={`Stored at ${destination.name}, last 90 days`} />
                  {rate}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {sorted.length > MOST_SHOWN && (
        <Link to="/storage" className="text-link">
          Show all {sorted.length.toLocaleString('en-US')} destinations
        </Link>
      )}
    </Section>
  );
}
