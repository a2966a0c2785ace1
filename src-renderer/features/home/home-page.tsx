import { startBackups } from '../../api/start-backups.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Page } from '../../components/layout/page.tsx';
import { Section } from '../../components/layout/section.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer, useKept } from '../../stores/core.ts';
import { RunRow } from '../activity/run-row.tsx';
import { NewPlanButton, NoPlans } from '../databases/no-plans.tsx';
import { FoundSection } from '../find-databases/found-section.tsx';
import { KitReminder } from '../recovery-kit/kit-reminder.tsx';
import { AttentionSection } from './attention-section.tsx';
import { CopiesLine } from './copies-line.tsx';
import { StatusLine } from './status-line.tsx';
import { StorageSection } from './storage-section.tsx';
import './home.css';

const RUNS_SHOWN = 6;

/** Whether everything is backed up, what needs help, and where it is stored. */
export function HomePage() {
  const answer = useAnswer('plans.list', {});
  const destinations = useKept('destinations.list', (list) => list) ?? [];
  const runs = useKept('runs.list', (list) => list) ?? [];
  const now = useNow();
  const plans = answer.value;
  if (plans === null || plans.length === 0)
    return <Page title="Home">{plans === null ? <Pending answer={answer} /> : <NoPlans />}</Page>;
  const recent = runs.filter(({ kind }) => kind !== 'restore-check').slice(0, RUNS_SHOWN);
  return (
    <Page
      title="Home"
      wide
      actions={
        <>
          <ActionButton variant="default" act={() => startBackups(plans.map(({ plan }) => plan.id))}>
            Back up all
          </ActionButton>
          <NewPlanButton />
        </>
      }
    >
      <StatusLine plans={plans} now={now} />
      <AttentionSection plans={plans} now={now} />
      <KitReminder />
      <FoundSection />
      <div className="home-columns">
        <div className="home-column">
          <CopiesLine plans={plans} destinations={destinations} now={now} />
          <StorageSection destinations={destinations} />
        </div>
        {recent.length > 0 && (
          <Section title="Recent runs">
            {recent.map((run) => (
              <RunRow key={run.id} run={run} now={now} />
            ))}
          </Section>
        )}
      </div>
    </Page>
  );
}
