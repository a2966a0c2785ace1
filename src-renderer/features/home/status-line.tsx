import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { stateStyle } from '../../components/status/pill.tsx';
import { planTotals } from './plan-totals.ts';

/** One sentence that says how all plans stand. */
export function StatusLine({ plans, now }: { plans: readonly PlanSummary[]; now: number }) {
  const { worst, sentence, details } = planTotals(plans, now);
  const { tone, icon } = stateStyle(worst, 26);
  return (
    <section className={`card status-line tone-${tone}`} aria-label="Status">
      <div className="status-circle">{icon}</div>
      <div>
        <h2>{sentence}</h2>
        <p className="status-details">{details.join(' · ')}</p>
      </div>
    </section>
  );
}
