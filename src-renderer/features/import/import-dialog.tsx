import { Button, Checkbox, Group, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { FoundBackups } from '../../../src-shared/model/third-party/import.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { TypedKeyForm } from '../../components/forms/key-form.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Pending, pendingChoices } from '../../components/messages/pending.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { FoundBackupRow } from './found-backup-row.tsx';
import { FoundReplicas } from './found-replicas.tsx';
import { firstChosen, type ImportSource, isNew, PROBLEMS } from './import-words.ts';
import './import.css';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Note } from '../../components/messages/note.tsx';
import { useAnswer } from '../../stores/core.ts';
import { addRun } from '../../stores/runs.ts';

/** The number of backups that are shown at first. */
const SHOWN = 100;

/** Lists the backups of other programs at a location, and imports the chosen ones. */
export function ImportDialog({ location, onClose }: { location: ImportSource; onClose(): void }) {
  const answer = useAnswer('imports.list', location);
  const listing = answer.value;
  /** `null`: the first choice. */
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);
  return (
    <Dialog opened onClose={onClose} title="Import from other programs" size={820}>
      <Stack gap="md">
        <Pending answer={answer} label="Scanning" text="Scanning files…" />
        {listing !== null && <FoundReplicas replicas={listing.replicas} onOpen={onClose} />}
        {listing !== null && hasOnlyReplicas(listing) && <DialogButtons onClose={onClose} close="Close" />}
        {listing !== null && !hasOnlyReplicas(listing) && (
          <Found
            location={location}
            listing={listing}
            chosen={chosen ?? firstChosen(listing)}
            onChosen={setChosen}
            onClose={onClose}
          />
        )}
      </Stack>
    </Dialog>
  );
}

const hasOnlyReplicas = ({ replicas, files, problems }: FoundBackups): boolean =>
  replicas.length > 0 && files.length === 0 && problems.length === 0;

interface FoundProps {
  location: ImportSource;
  listing: FoundBackups;
  chosen: ReadonlySet<string>;
  onChosen(chosen: ReadonlySet<string>): void;
  onClose(): void;
}

function Found({ location, listing, chosen, onChosen, onClose }: FoundProps) {
  const { files, problems, notes } = listing;
  const [key, setKey] = useState<KeyInput | null>(null);
  const [locked, setLocked] = useState(false);
  const fresh = files.filter(isNew);
  if (files.length === 0 && problems.length === 0)
    return <Text size="sm">No backups of other programs found in {listing.location} and its subfolders.</Text>;
  return (
    <>
      <Text size="sm" className="wraps">
        {countInWords(files.length, 'backup')} in {listing.location}. Imported files are neither moved nor changed. You
        can verify and restore them here.
      </Text>
      {notes.map((note) => (
        <Note key={note} tone="info">
          {note}
        </Note>
      ))}
      {fresh.length > 0 && (
        <Checkbox
          label={`Select all (${fresh.length.toLocaleString('en-US')})`}
          checked={chosen.size === fresh.length}
          indeterminate={chosen.size > 0 && chosen.size < fresh.length}
          onChange={(event) => onChosen(event.currentTarget.checked ? firstChosen(listing) : new Set())}
        />
      )}
      <FoundFiles
        location={location}
        files={files}
        secret={key}
        chosen={chosen}
        onChosen={onChosen}
        onLocked={() => setLocked(true)}
      />
      {problems.length > 0 && <Skipped problems={problems} opened={files.length === 0} />}
      {locked && (
        <TypedKeyForm
          label="Database key"
          description="Some backups are encrypted, and no saved key opens them. The key is saved once it opens one of them."
          action="Use key"
          pending={false}
          ofDatabase
          onKey={setKey}
        />
      )}
      <ImportChosen
        location={location}
        secret={key}
        chosen={[...chosen]}
        all={chosen.size === fresh.length}
        onClose={onClose}
      />
    </>
  );
}

interface FoundFilesProps extends Pick<FoundProps, 'location' | 'chosen' | 'onChosen'> {
  files: FoundBackups['files'];
  secret: KeyInput | null;
  onLocked(): void;
}

function FoundFiles({ files, chosen, onChosen, ...rest }: FoundFilesProps) {
  const [all, setAll] = useState(false);
  const toggle = (path: string, want: boolean): void => {
    const changed = new Set(chosen);
    if (want) changed.add(path);
    else changed.delete(path);
    onChosen(changed);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
      <ul className="found-backups" tabIndex={0} aria-label="Backups">
        {files.slice(0, all ? files.length : SHOWN).map((file) => (
          <FoundBackupRow
            key={file.path}
            {...rest}
            file={file}
            chosen={chosen.has(file.path)}
            onChosen={(want) => toggle(file.path, want)}
          />
        ))}
      </ul>
      {!all && files.length > SHOWN && (
        <Group>
          <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
            Show all {files.length.toLocaleString('en-US')}
          </Button>
        </Group>
      )}
    </>
  );
}

function Skipped({ problems, opened }: { problems: FoundBackups['problems']; opened: boolean }) {
  return (
    <Disclosure title={`Skipped: ${countInWords(problems.length, 'file')}`} opened={opened}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
      <ul className="import-problems" tabIndex={0} aria-label="Skipped files">
        {problems.map(({ path, problem, message }) => (
          <li key={path}>
            <span className="mono wraps">{path}</span>
            <span className="wraps">
              <strong>{PROBLEMS[problem]}</strong>. {message}
            </span>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}

interface ImportProps {
  location: ImportSource;
  secret: KeyInput | null;
  chosen: readonly string[];
  all: boolean;
  onClose(): void;
}

const BY_NAME = 'by-name';

/** Chooses the plan of the imported backups, and imports them. */
function ImportChosen({ location, secret, chosen, all, onClose }: ImportProps) {
  const plans = useAnswer('plans.list', {});
  const form = useForm({ initialValues: { planId: BY_NAME } });
  const [, navigate] = useLocation();
  const action = useAction('here');
  const plan = plans.value?.find((each) => each.plan.id === form.values.planId)?.plan;
  const importChosen = (): void =>
    action.run(async () => {
      const { run } = await client.call('imports.start', {
        ...location,
        ...(all ? {} : { files: [...chosen] }),
        ...(plan === undefined ? {} : { planId: plan.id }),
        ...(secret === null ? {} : { key: secret }),
      });
      addRun(run);
      onClose();
      navigate(`/activity/${run.id}`);
    });
  return (
    <>
      <Select
        label="Plan"
        description="Retention never removes imported backups."
        data={[
          { value: BY_NAME, label: 'Match by file name' },
          ...(plans.value ?? []).map(({ plan: { id, name } }) => ({ value: id, label: name })),
        ]}
        {...form.getInputProps('planId')}
        value={plans.value === null ? null : form.values.planId}
        allowDeselect={false}
        maw={420}
        {...pendingChoices(plans)}
      />
      {plans.error !== null && <ErrorNotice error={plans.error} onRetry={plans.reload} />}
      {action.error !== null && <ErrorNotice error={action.error} />}
      <DialogButtons onClose={onClose}>
        <Button onClick={importChosen} disabled={chosen.length === 0} loading={action.pending}>
          {chosen.length === 0 ? 'Import backups' : `Import ${countInWords(chosen.length, 'backup')}`}
        </Button>
      </DialogButtons>
    </>
  );
}
