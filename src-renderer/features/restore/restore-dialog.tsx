import { Modal, Stack } from '@mantine/core';
import { useCallback, useState } from 'react';
import { client } from '../../api/client.ts';
import { showError } from '../../components/messages/errors.tsx';
import { DATABASE_ONLY, type TargetsOfSource, takesDatabase } from './restore-choice.ts';
import type { RestoreOrder } from './restore-order.ts';
import { closeRestore, type RestoreRequest, useRestoreStore } from './restore-store.ts';
import { RestoringStep } from './restoring-step.tsx';
import { ReviewStep } from './review-step.tsx';
import { WhatStep } from './what-step.tsx';
import { WhereStep } from './where-step.tsx';
import './restore.css';

type Step =
  | { name: 'what' }
  | { name: 'where'; targets: TargetsOfSource }
  /** `targets`: the targets to go back to; `null`: the review was opened directly. */
  | { name: 'review'; targetPath: string; to: string; targets: TargetsOfSource | null }
  | { name: 'restoring'; runId: string };

const TITLES = { what: 'Items', where: 'Target', review: 'Review' } as const;

/** Restores in three steps: items, target, review. */
export function RestoreDialog() {
  const { request, number } = useRestoreStore();
  return request === null ? null : <OpenDialog key={number} request={request} />;
}

function OpenDialog({ request }: { request: RestoreRequest }) {
  const [source, setSource] = useState(request.source);
  const [choice, setChoice] = useState(request.choice ?? null);
  const [step, setStep] = useState<Step>(firstStep(request));
  // Staged files are discarded when the dialog closes without a restore.
  const [checkRunIds, setCheckRunIds] = useState<readonly string[]>([]);
  const checkStarted = useCallback((runId: string) => setCheckRunIds((before) => [...before, runId]), []);
  const close = (): void => {
    if (step.name !== 'restoring') checkRunIds.forEach(abandon);
    closeRestore();
  };
  const chosen = choice ?? DATABASE_ONLY;
  return (
    <Modal opened onClose={close} size={720} title="Restore" closeOnClickOutside={false}>
      <Stack gap="md">
        {step.name !== 'restoring' && <Steps current={step.name} />}
        {step.name === 'what' && (
          <WhatStep
            source={source}
            onSource={setSource}
            choice={choice}
            onChoice={setChoice}
            onNext={(targets) => setStep({ name: 'where', targets })}
            onClose={close}
          />
        )}
        {step.name === 'where' && (
          <WhereStep
            targets={step.targets}
            onBack={() => setStep({ name: 'what' })}
            onNext={(path) => setStep({ name: 'review', targets: step.targets, ...whereTo(step.targets, path) })}
          />
        )}
        {step.name === 'review' && (
          <ReviewStep
            order={orderOf(step)}
            onCheckStarted={checkStarted}
            onBack={() => {
              checkRunIds.forEach(abandon);
              setCheckRunIds([]);
              setStep(step.targets === null ? { name: 'what' } : { name: 'where', targets: step.targets });
            }}
            onStarted={(runId) => setStep({ name: 'restoring', runId })}
          />
        )}
        {step.name === 'restoring' && <RestoringStep runId={step.runId} onClose={close} />}
      </Stack>
    </Modal>
  );

  function orderOf({ targetPath, to }: Extract<Step, { name: 'review' }>): RestoreOrder {
    return { source, choice: chosen, targetPath, to };
  }

  /** A restore to the original paths has no path of its own. */
  function whereTo({ suggested }: TargetsOfSource, path: string): { targetPath: string; to: string } {
    if (takesDatabase(chosen)) return { targetPath: path, to: '' };
    return { targetPath: '', to: path === suggested ? '' : path };
  }
}

function firstStep({ targetPath }: RestoreRequest): Step {
  return targetPath === undefined ? { name: 'what' } : { name: 'review', targetPath, to: '', targets: null };
}

function abandon(checkRunId: string): void {
  client
    .call('runs.cancel', { runId: checkRunId })
    .then(() => client.call('restores.discard', { checkRunId }))
    .catch(showError);
}

function Steps({ current }: { current: keyof typeof TITLES }) {
  return (
    <ol className="steps" aria-label="Steps">
      {Object.entries(TITLES).map(([name, title], index) => (
        <li key={name} {...(name === current ? { 'aria-current': 'step' as const } : {})}>
          {index + 1}. {title}
        </li>
      ))}
    </ol>
  );
}
