import { Radio, Select, Stack, TextInput } from '@mantine/core';
import type { SnapshotAttachedFile } from '../../../src-shared/model/attached-file.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { attachedFileKindInWords } from '../attached-files/attached-file-words.tsx';
import type { RestoreChoice, RestoreWhat } from './restore-choice.ts';

interface ChoiceFieldsProps {
  choices: readonly RestoreWhat[];
  /** The attached files that can be restored. */
  attachedFiles: readonly SnapshotAttachedFile[];
  value: RestoreChoice;
  onChange(value: RestoreChoice): void;
}

/** Chooses what to restore from a snapshot. */
export function ChoiceFields({ choices, attachedFiles, value, onChange }: ChoiceFieldsProps) {
  const names = attachedFiles.map(({ name }) => name).join(', ');
  const files = attachedFiles.reduce((sum, each) => sum + each.files, 0);
  const bytes = attachedFiles.reduce((sum, each) => sum + each.bytes, 0);
  const alone = choices[0] === 'files';
  const words: Record<RestoreWhat, { label: string; description: string }> = {
    everything: { label: 'Everything', description: `Database and attached files (${names})` },
    database: { label: 'Database only', description: 'Attached files are not changed' },
    files: {
      label: alone ? 'Everything' : 'Attached files only',
      description: `${names}: ${countInWords(files, 'file')}, ${bytesInWords(bytes)}`,
    },
    one: { label: 'Selected file or folder', description: 'One attached file, or a path inside an attached folder' },
  };
  const chosen = attachedFiles.find(({ name }) => name === value.attachedFile);
  return (
    <>
      <Radio.Group
        label="Items to restore"
        value={value.what}
        onChange={(what) => onChange({ ...value, what: what as RestoreWhat })}
      >
        <Stack gap={8} mt="xs">
          {choices.map((what) => (
            <Radio key={what} value={what} {...words[what]} />
          ))}
        </Stack>
      </Radio.Group>
      {value.what === 'one' && (
        <div className="restore-part">
          <Select
            label="Attached file"
            data={attachedFiles.map(({ name, kind }) => ({
              value: name,
              label: `${name} (${attachedFileKindInWords(kind).toLowerCase()})`,
            }))}
            value={value.attachedFile}
            onChange={(attachedFile) =>
              onChange({ ...value, attachedFile: attachedFile ?? value.attachedFile, part: '' })
            }
            allowDeselect={false}
          />
          {chosen?.kind === 'folder' && (
            <TextInput
              label="Path (optional)"
              placeholder="photos/one.jpg"
              value={value.part}
              onChange={(event) => onChange({ ...value, part: event.currentTarget.value })}
              spellCheck={false}
              autoComplete="off"
            />
          )}
        </div>
      )}
    </>
  );
}
