import { Button, Stack } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { PutBackChoices, PutBackPreview } from '../../../src-shared/model/rows/put-back.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { isActive } from '../../stores/run-list.ts';
import { addRun, useRun } from '../../stores/runs.ts';
import { RestoringStep } from '../restore/restoring-step.tsx';
import { PutBackReview } from './put-back-review.tsx';
import { closePutBack, type PutBackRequest, usePutBackRequest } from './put-back-store.ts';
import '../restore/restore.css';
import './put-back.css';

/** Puts rows of a snapshot back into a database: the preview with its decisions, and the result. */
export function PutBackDialog() {
  const asked = usePutBackRequest();
  return asked === null ? null : <OpenDialog key={asked.key} request={asked.request} />;
}

function OpenDialog({ request }: { request: PutBackRequest }) {
  const [runId, setRunId] = useState<string | null>(null);
  return (
    <Dialog opened onClose={closePutBack} size={820} title="Put rows back" closeOnClickOutside={false}>
      <Stack gap="md">
        {runId === null ? (
          <Preview request={request} onStarted={setRunId} />
        ) : (
          <RestoringStep runId={runId} onClose={closePutBack} />
        )}
      </Stack>
    </Dialog>
  );
}

const UNDECIDED: PutBackChoices = { include: [], overwrite: [] };

/** Previews again with each decision; the last preview stays in view meanwhile. */
function Preview({ request, onStarted }: { request: PutBackRequest; onStarted(runId: string): void }) {
  const [choices, setChoices] = useState(UNDECIDED);
  const { latest, shown, error } = usePreview(request, choices);
  const preview = shown?.preview ?? null;
  const isCurrent = shown !== null && shown.runId === latest?.id;
  const start = async (): Promise<void> => {
    if (shown === null) return;
    const { run } = await client.call('rows.putBack', {
      checkRunId: shown.runId,
      confirmation: shown.preview.confirmation,
    });
    addRun(run);
    onStarted(run.id);
  };
  const failed = error ?? latest?.error ?? null;
  return (
    <>
      {shown !== null && (
        <PutBackReview checkRunId={shown.runId} preview={shown.preview} choices={choices} onChoose={setChoices} />
      )}
      {latest !== undefined && isActive(latest) && <RunProgress run={latest} />}
      {failed !== null && <ErrorNotice error={failed} />}
      <div className="sheet-footer">
        <Button variant="default" onClick={closePutBack}>
          Cancel
        </Button>
        {failed !== null && (
          <Button variant="default" onClick={() => setChoices({ ...choices })}>
            Preview again
          </Button>
        )}
        <ActionButton
          act={start}
          disabled={!isCurrent || preview === null || preview.problems.length > 0 || preview.changes === 0}
        >
          {preview === null || preview.changes === 0
            ? 'Put back'
            : `Put back (${countInWords(preview.changes, 'row')})`}
        </ActionButton>
      </div>
    </>
  );
}

/** A preview and the run that has found it out. */
interface Shown {
  runId: string;
  preview: PutBackPreview;
}

/** `latest`: the newest run; `shown`: the newest preview that there is. */
function usePreview(request: PutBackRequest, choices: PutBackChoices) {
  const [latestId, setLatestId] = useState<string | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const { run: act, error } = useAction('here');
  useEffect(() => {
    let isOpen = true;
    act(async () => {
      const { run } = await client.call('rows.previewPutBack', { ...request, choices });
      addRun(run);
      if (isOpen) setLatestId(run.id);
    });
    return () => {
      isOpen = false;
    };
  }, [request, choices, act]);
  const latest = useRun(latestId);
  const runId = latest?.state === 'succeeded' ? latest.id : null;
  useEffect(() => {
    if (runId === null) return;
    act(async () => {
      const preview = await client.call('rows.putBackPreview', { checkRunId: runId });
      setShown({ runId, preview });
    });
  }, [runId, act]);
  return { latest, shown, error };
}
