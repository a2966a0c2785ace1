import { useState } from 'react';
import type { DestinationSummary, SelfTestReport } from '../../../src-shared/model/destination.ts';
import { client } from '../../api/client.ts';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { type DestinationDraft, secretsOf, settingsOf, suggestedName } from './destination-draft.ts';
import { DestinationForm } from './destination-form.tsx';
import { TestResult } from './test-result.tsx';
import { useDestinationForm } from './use-destination-form.ts';

interface DestinationDialogProps {
  /** The destination to edit; `null`: a new one. */
  summary: DestinationSummary | null;
  onClose(): void;
  onSaved?(destination: DestinationSummary): void;
}

/** Adds or edits a destination, and tests it before it is saved. */
export function DestinationDialog({ summary, onClose, onSaved }: DestinationDialogProps) {
  const [tries, setTries] = useState(0);
  const form = useDestinationForm(summary, tries > 0);
  const draft = form.values;
  const { tested, setTested, action, save, abort } = useSave(summary);
  const saveDraft = (next: DestinationDraft, how: How): void => {
    form.setValues(next);
    save(next, how, (destination) => {
      onSaved?.(destination);
      if (how === 'although it failed') onClose();
    });
  };
  const close = (): void => {
    abort();
    onClose();
  };
  return (
    <Dialog
      opened
      onClose={close}
      size={680}
      title={summary === null ? 'Add destination' : `Edit ${summary.destination.name}`}
      closeOnClickOutside={false}
    >
      {tested === null || (action.pending && tested.saved === null) ? (
        <DestinationForm
          form={form}
          fixedKind={summary !== null}
          tries={tries}
          onTries={setTries}
          pending={action.pending}
          onSave={() => saveDraft(draft, 'when it passes')}
          onCancel={close}
        >
          {action.error !== null && action.error.code !== 'CANCELLED' && <ErrorNotice error={action.error} />}
        </DestinationForm>
      ) : (
        <TestResult
          name={nameOf(draft)}
          saved={tested.saved !== null}
          report={tested.report}
          sftp={draft.kind === 'sftp' ? draft.sftp : null}
          onBack={() => setTested(null)}
          kind={draft.kind}
          onSaveAnyway={() => saveDraft(draft, 'although it failed')}
          onCreate={() => saveDraft(draft, 'created')}
          onPin={(hostKey) => {
            setTested(null);
            saveDraft({ ...draft, sftp: { ...draft.sftp, hostKey } }, 'when it passes');
          }}
          onClose={close}
        />
      )}
    </Dialog>
  );
}

/** How a destination is saved; `created`: its bucket or folder is created before it is tested. */
type How = 'when it passes' | 'although it failed' | 'created';

const nameOf = (draft: DestinationDraft): string => (draft.name ?? suggestedName(draft)).trim();

/** Tests and saves a destination; the result of the last test stays until the form is shown again. */
function useSave(summary: DestinationSummary | null) {
  const [tested, setTested] = useState<{ saved: DestinationSummary | null; report: SelfTestReport } | null>(null);
  const [controller, setController] = useState<AbortController | null>(null);
  const action = useAction('here');
  const save = (draft: DestinationDraft, how: How, onSaved: (destination: DestinationSummary) => void) => {
    const started = new AbortController();
    setController(started);
    action.run(async () => {
      const { destination, report } = await client.call(
        'destinations.save',
        {
          ...(summary === null ? {} : { destinationId: summary.destination.id }),
          name: nameOf(draft),
          settings: settingsOf(draft),
          secrets: secretsOf(draft),
          ...(how === 'although it failed' ? { saveAnyway: true } : {}),
          ...(how === 'created' ? { create: true } : {}),
        },
        { signal: started.signal },
      );
      setTested({ saved: destination, report });
      if (destination !== null) onSaved(destination);
    });
  };
  return { tested, setTested, action, save, abort: () => controller?.abort() };
}
