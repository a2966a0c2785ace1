import { Button, Stack } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { client } from '../../api/client.ts';
import { Dialog } from '../../components/layout/dialog.tsx';
import { showError } from '../../components/messages/errors.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { TableList } from '../plan-form/source-facts.tsx';
import { takesDatabase } from './restore-choice.ts';
import { WhatFields, WhereFields } from './restore-fields.tsx';
import { fillForm, useRestoreForm } from './restore-form.ts';
import type { RestoreOrder } from './restore-order.ts';
import { browseFile, closeRestore, discardSource, type RestoreRequest, useRestoreRequest } from './restore-store.ts';
import { RestoringStep } from './restoring-step.tsx';
import { Review } from './review.tsx';
import { useDescribed } from './use-described.ts';
import './restore.css';

/** Restores a snapshot or file: what, where, the comparison, and the result. */
export function RestoreDialog() {
  const { request, key } = useRestoreRequest();
  return request === null ? null : <OpenDialog key={key} request={request} />;
}

function OpenDialog({ request }: { request: RestoreRequest }) {
  const [runId, setRunId] = useState<string | null>(null);
  const checks = useStartedChecks();
  const [{ source }] = useState(request);
  // However it closes: by its buttons, by Back, or because another one opens.
  useEffect(
    () => () => {
      checks.abandon();
      discardSource(source);
    },
    [checks, source],
  );
  const start = (started: string): void => {
    checks.keep();
    setRunId(started);
  };
  return (
    <Dialog
      opened
      onClose={closeRestore}
      size={720}
      title="Restore"
      closeOnClickOutside={false}
      classNames={{ content: 'restore-sheet' }}
    >
      <Stack gap="md">
        {runId === null ? (
          <Sheet request={request} checks={checks} onStarted={start} onClose={closeRestore} />
        ) : (
          <RestoringStep runId={runId} onClose={closeRestore} />
        )}
      </Stack>
    </Dialog>
  );
}

interface SheetProps {
  request: RestoreRequest;
  checks: StartedChecks;
  onStarted(runId: string): void;
  onClose(): void;
}

/** A review of what the form says, numbered, so that each begins anew. */
interface NumberedReview {
  order: RestoreOrder;
  number: number;
}

function Sheet({ request, checks, onStarted, onClose }: SheetProps) {
  /** `at once`: it begins as soon as the snapshot is known. */
  const [review, setReview] = useState<NumberedReview | 'at once' | null>(request.compare === true ? 'at once' : null);
  const form = useRestoreForm(request, () => {
    checks.abandon();
    setReview(null);
  });
  const { described, current, answer } = useDescribed(form.values.source, (source) =>
    form.setFieldValue('source', source),
  );
  const file = form.values.source;
  const filled = described === null ? null : fillForm(form.values, described);
  const order = current === null ? null : (filled?.order ?? null);
  const shown = review === 'at once' ? order && { order, number: 0 } : review;
  const begin = (): void => {
    checks.abandon();
    setReview(order && { order, number: (shown?.number ?? 0) + 1 });
  };
  return (
    <>
      {(described === null || answer.error !== null) && <Pending answer={answer} label="Checking" />}
      {described !== null && filled !== null && (
        <>
          <WhatFields form={form} described={described} filled={filled} />
          <WhereFields form={form} filled={filled} />
          {shown === null && takesDatabase(filled.choice) && <TableList tables={described.tables ?? []} />}
        </>
      )}
      {shown === null ? (
        <div className="sheet-footer">
          {'path' in file && described?.sourceKind === 'database' && (
            <Button variant="subtle" mr="auto" onClick={() => browseFile(file)}>
              Browse content
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={order === null} onClick={begin} data-autofocus>
            Review changes
          </Button>
        </div>
      ) : (
        <Review
          key={shown.number}
          order={shown.order}
          onCheckStarted={checks.add}
          onRetry={begin}
          onStarted={onStarted}
          onClose={onClose}
        />
      )}
    </>
  );
}

type StartedChecks = ReturnType<typeof useStartedChecks>;

/** The checks of this dialog. What they staged is discarded unless it is restored. */
function useStartedChecks() {
  const [runIds] = useState(() => new Set<string>());
  const add = useCallback((runId: string) => void runIds.add(runId), [runIds]);
  const abandon = useCallback(() => {
    for (const runId of runIds) abandonCheck(runId);
    runIds.clear();
  }, [runIds]);
  /** What was checked is being restored. */
  const keep = useCallback(() => runIds.clear(), [runIds]);
  return useMemo(() => ({ add, abandon, keep }), [add, abandon, keep]);
}

function abandonCheck(checkRunId: string): void {
  client
    .call('runs.cancel', { runId: checkRunId })
    .then(() => client.call('restores.discard', { checkRunId }))
    .catch(showError);
}
