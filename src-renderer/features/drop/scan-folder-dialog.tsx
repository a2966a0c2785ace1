import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { PathField } from '../../components/forms/path-field.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Note } from '../../components/messages/note.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useAnswer } from '../../stores/core.ts';
import { addRun } from '../../stores/runs.ts';
import { FoundReplicas } from '../import/found-replicas.tsx';
import { ImportDialog } from '../import/import-dialog.tsx';

interface ScanFolderDialogProps {
  name: string;
  /** `null`: a browser does not tell where the folder is. */
  path: string | null;
  onClose(): void;
}

/** Scans a dropped folder for backups, and offers what can be done with them. */
export function ScanFolderDialog({ name, path, onClose }: ScanFolderDialogProps) {
  const [folder, setFolder] = useState(path);
  const [typed, setTyped] = useState('');
  return (
    <Dialog opened onClose={onClose} size={620} title={`Backups in ${name}`}>
      <Stack gap="md">
        {folder === null ? (
          <>
            <Text size="sm">
              A browser does not tell Snapkeep where a dropped folder is. Choose it on the machine of Snapkeep.
            </Text>
            <PathField kind="folder" label="Folder" value={typed} onChange={setTyped} />
            <DialogButtons onClose={onClose}>
              <Button disabled={typed.trim() === ''} onClick={() => setFolder(typed.trim())}>
                Scan folder
              </Button>
            </DialogButtons>
          </>
        ) : (
          <FolderContent folder={folder} onClose={onClose} />
        )}
      </Stack>
    </Dialog>
  );
}

function FolderContent({ folder, onClose }: { folder: string; onClose(): void }) {
  const own = useAnswer('recoveries.scan', { path: folder });
  const others = useAnswer('imports.list', { path: folder });
  const [importing, setImporting] = useState(false);
  const [, navigate] = useLocation();
  const action = useAction('here');
  if (importing) return <ImportDialog location={{ path: folder }} onClose={onClose} />;
  if (own.value === null || others.value === null)
    return <Pending answer={own.value === null ? own : others} label="Scanning" text={`Scanning ${folder}…`} />;
  const snapshots = own.value.snapshots.length;
  const plans = own.value.plans.length;
  const files = others.value.files.length;
  const { replicas } = others.value;
  const importSnapshots = (): void =>
    action.run(async () => {
      const { run } = await client.call('destinations.rescan', { path: folder });
      addRun(run);
      onClose();
      navigate(`/activity/${run.id}`);
    });
  return (
    <>
      {snapshots === 0 && files === 0 && replicas.length === 0 && (
        <Note tone="info">No backups found in {folder}.</Note>
      )}
      {snapshots > 0 && (
        <Found
          what={`${countInWords(snapshots, 'Snapkeep snapshot')}${plans > 0 ? ` of ${countInWords(plans, 'plan')}` : ''}`}
        >
          <Button size="xs" loading={action.pending} onClick={importSnapshots}>
            Import snapshots
          </Button>
          {plans > 0 && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                onClose();
                navigate(`/plans/recover?folder=${encodeURIComponent(folder)}`);
              }}
            >
              Recover plans…
            </Button>
          )}
        </Found>
      )}
      {files > 0 && (
        <Found what={`${countInWords(files, 'backup')} of other programs`}>
          <Button size="xs" variant={snapshots > 0 ? 'default' : 'filled'} onClick={() => setImporting(true)}>
            Choose and import…
          </Button>
        </Found>
      )}
      <FoundReplicas replicas={replicas} onOpen={onClose} />
      {action.error !== null && <ErrorNotice error={action.error} />}
      <DialogButtons onClose={onClose} close="Close" />
    </>
  );
}

function Found({ what, children }: { what: string; children: React.ReactNode }) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm">{what}</Text>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
