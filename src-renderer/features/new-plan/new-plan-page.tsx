import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { client } from '../../api/client.ts';
import { startBackups } from '../../api/start-backups.ts';
import { Page } from '../../components/layout/page.tsx';
import { navigate } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useMounted } from '../../hooks/use-mounted.ts';
import { useAnswer } from '../../stores/core.ts';
import { newPlanOf } from '../plan-form/plan-form.ts';
import { usePlanForm } from '../plan-form/use-plan-form.ts';
import { DestinationsStep } from './destinations-step.tsx';
import { dropDraft, keepDraft, keptDraft } from './new-plan-draft.ts';
import { ReviewStep } from './review-step.tsx';
import { SourceStep } from './source-step.tsx';
import { type Step, Steps, stepAddress, stepOf } from './steps.tsx';
import { useNewPlan } from './use-new-plan.ts';
import './new-plan.css';

/** Creates a plan in three steps: its source, its destinations, and a review with all other settings. */
export function NewPlanPage({ step: asked }: { step: string }) {
  const [round, setRound] = useState(0);
  const startOver = (): void => {
    dropDraft();
    navigate(stepAddress('source'));
    setRound(round + 1);
  };
  return <NewPlan key={round} asked={asked} onStartOver={startOver} />;
}

function NewPlan({ asked, onStartOver }: { asked: string; onStartOver(): void }) {
  const form = usePlanForm(keptDraft);
  const plan = useNewPlan(form);
  const { value: known } = useAnswer('destinations.list', {});
  const mounted = useMounted();
  const action = useAction('here');
  const dirty = form.isDirty();
  useEffect(() => {
    if (dirty) keepDraft(form.values);
  }, [dirty, form.values]);
  const step = stepOf(asked, plan.complete);
  const create = (backUp: boolean): void => {
    if (known === null) return;
    action.run(async () => {
      const { id } = await client.call('plans.create', newPlanOf(form.values, plan.name, known, plan.encrypted));
      dropDraft();
      if (backUp) await startBackups([id]);
      // The user may have left the page meanwhile.
      if (mounted.current) navigate(`/databases/${id}`);
    });
  };
  return (
    <Page
      title="New plan"
      actions={
        dirty && (
          <Button variant="default" onClick={onStartOver}>
            Start over
          </Button>
        )
      }
    >
      <div className="new-plan">
        {!plan.severalParts && <Steps current={step} complete={plan.complete} />}
        <StepFrame step={step}>
          {step === 'source' && <SourceStep form={form} plan={plan} />}
          {step === 'destinations' && <DestinationsStep form={form} plan={plan} />}
          {step === 'review' && <ReviewStep form={form} plan={plan} action={action} onCreate={create} />}
        </StepFrame>
      </div>
    </Page>
  );
}

/** Takes the focus when another step is shown, so that the keyboard goes on there. */
function StepFrame({ step, children }: { step: Step; children: React.ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) frame.current?.focus({ preventScroll: true });
    shown.current = step;
  }, [step]);
  return (
    <div ref={frame} tabIndex={-1} className="new-plan-step">
      {children}
    </div>
  );
}
