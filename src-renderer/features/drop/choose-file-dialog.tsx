import { Button, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { bytesInWords, listInWords } from '../../../src-shared/words/wording.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Form } from '../../components/forms/form.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { type FileGroup, groupFiles } from './group-files.ts';

interface ChooseFileDialogProps {
  files: readonly File[];
  onChosen(group: FileGroup<File>): void;
  onClose(): void;
}

/** Asks which of several dropped files is restored. What belongs to a file is restored with it. */
export function ChooseFileDialog({ files, onChosen, onClose }: ChooseFileDialogProps) {
  const groups = groupFiles(files);
  const [index, setIndex] = useState('0');
  const chosen = groups[Number(index)];
  return (
    <Dialog
      opened
      onClose={onClose}
      title={groups.length === 1 ? 'Restore these files?' : 'Which file do you want to restore?'}
    >
      <Form onSubmit={() => chosen !== undefined && onChosen(chosen)}>
        <Stack gap="md">
          {groups.length === 1 && chosen !== undefined ? (
            <Text size="sm" className="wraps">
              {chosen.file.name} is restored together with {besideInWords(chosen)}.
            </Text>
          ) : (
            <Radio.Group aria-label="File to restore" value={index} onChange={setIndex}>
              <Stack gap="sm" mah="50vh" style={{ overflow: 'auto' }}>
                {groups.map((group, position) => (
                  <Radio
                    // biome-ignore lint/suspicious/noArrayIndexKey: the files do not change, and may have the same names.
                    key={position}
                    value={String(position)}
                    label={<bdi className="wraps">{group.file.name}</bdi>}
                    description={
                      bytesInWords(group.file.size) +
                      (group.beside.length === 0 ? '' : `, with ${besideInWords(group)}`)
                    }
                  />
                ))}
              </Stack>
            </Radio.Group>
          )}
          <Text size="sm" c="dimmed">
            The file is checked first. Nothing changes until you confirm.
          </Text>
          <DialogButtons onClose={onClose}>
            <Button type="submit" data-autofocus>
              Check file
            </Button>
          </DialogButtons>
        </Stack>
      </Form>
    </Dialog>
  );
}

const besideInWords = ({ beside }: FileGroup<File>): string => listInWords(beside.map(({ name }) => name));
