import { Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import type { RestoreCheck } from '../../../src-shared/model/restore.ts';
import { client } from '../../api/client.ts';
import { showError } from '../../components/errors.tsx';
import { closeRestore, type RestoreRequest, useRestoreStore } from './restore-store.ts';
import { RestoringStep } from './restoring-step.tsx';
import { ReviewStep } from './review-step.tsx';
import { WhatStep } from './what-step.tsx';
import { WhereStep } from './where-step.tsx';
import './restore.css';

type Step =
  | { name: 'what' }
  | { name: 'where'; suggestedTarget: string | null }
  | { name: 'review'; targetPath: string; suggestedTarget: string | null }
  | { name: 'restoring'; runId: string; check: RestoreCheck };

const TITLES = { what: 'What', where: 'Where', review: 'Review' } as const;

/** Restores in three steps: what, where, review. */
export function RestoreDialog() {
  const { request, number } = useRestoreStore();
  return request === null ? null : <OpenDialog key={number} request={request} />;
}

function OpenDialog({ request }: { request: RestoreRequest }) {
  const [source, setSource] = useState(request.source);
  const [step, setStep] = useState<Step>(firstStep(request));
  // What a check has staged is thrown away when the dialog closes without restoring it.
  const [checkRunId, setCheckRunId] = useState<string | null>(null);
  const close = (): void => {
    if (checkRunId !== null && step.name !== 'restoring') abandon(checkRunId);
    closeRestore();
  };
  return (
    <Modal
      opened
      onClose={close}
      size={720}
      title="Restore"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {step.name !== 'restoring' && <Steps current={step.name} />}
        {step.name === 'what' && (
          <WhatStep
            source={source}
            onSource={setSource}
            onNext={(suggestedTarget) => setStep({ name: 'where', suggestedTarget })}
            onClose={close}
          />
        )}
        {step.name === 'where' && (
          <WhereStep
            suggestedTarget={step.suggestedTarget}
            onBack={() => setStep({ name: 'what' })}
            onNext={(targetPath) => setStep({ name: 'review', targetPath, suggestedTarget: step.suggestedTarget })}
          />
        )}
        {step.name === 'review' && (
          <ReviewStep
            source={source}
            targetPath={step.targetPath}
            onCheckStarted={setCheckRunId}
            onBack={() => {
              if (checkRunId !== null) abandon(checkRunId);
              setCheckRunId(null);
              setStep({ name: 'where', suggestedTarget: step.suggestedTarget });
            }}
            onStarted={(runId, check) => setStep({ name: 'restoring', runId, check })}
          />
        )}
        {step.name === 'restoring' && <RestoringStep runId={step.runId} check={step.check} onClose={close} />}
      </Stack>
    </Modal>
  );
}

function firstStep({ targetPath }: RestoreRequest): Step {
  return targetPath === undefined ? { name: 'what' } : { name: 'review', targetPath, suggestedTarget: targetPath };
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
