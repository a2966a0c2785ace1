import { Link } from 'wouter';

/** The steps of a new plan, in their order. */
const STEPS = ['source', 'destinations', 'review'] as const;
export type Step = (typeof STEPS)[number];

/** Which steps have all they need. */
export type CompleteSteps = Readonly<Record<Exclude<Step, 'review'>, boolean>>;

const LABELS: Record<Step, string> = { source: 'Source', destinations: 'Destinations', review: 'Review' };

/** Returns the address of a step. */
export const stepAddress = (step: Step): string => `/plans/new/${step}`;

/** Returns the step to show for an address: the one that is asked for, or an earlier one that lacks something. */
export function stepOf(asked: string, complete: CompleteSteps): Step {
  const wanted = STEPS.find((step) => step === asked) ?? 'source';
  return STEPS.find((step) => step === wanted || (step !== 'review' && !complete[step])) ?? wanted;
}

/** Shows the steps and leads to those that can be reached. */
export function Steps({ current, complete }: { current: Step; complete: CompleteSteps }) {
  return (
    <nav aria-label="Steps">
      <ol className="steps">
        {STEPS.map((step, index) => {
          const content = (
            <>
              <span className="step-number" aria-hidden>
                {index + 1}
              </span>
              {LABELS[step]}
            </>
          );
          return (
            <li key={step} data-current={step === current}>
              {stepOf(step, complete) === step ? (
                <Link to={stepAddress(step)} aria-current={step === current ? 'step' : undefined}>
                  {content}
                </Link>
              ) : (
                <span className="step-later">{content}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
