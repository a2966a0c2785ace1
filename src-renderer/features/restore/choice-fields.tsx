import { Radio, Select, Stack, TextInput } from '@mantine/core';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { attachedFileKindInWords } from '../attached-files/attached-file-words.tsx';
import {
  choicesOf,
  type HasAttachedFiles,
  type RestoreChoice,
  type RestoreWhat,
  restorable,
} from './restore-choice.ts';
import type { RestoreFormApi } from './restore-form.ts';

interface ChoiceFieldsProps {
  form: RestoreFormApi;
  snapshot: HasAttachedFiles;
  choice: RestoreChoice;
}

/** Chooses what to restore from a snapshot; nothing where there is only one choice. */
export function ChoiceFields({ form, snapshot, choice }: ChoiceFieldsProps) {
  const choices = choicesOf(snapshot);
  if (choices.length < 2) return null;
  const attachedFiles = restorable(snapshot);
  const names = attachedFiles.map(({ name }) => name).join(', ');
  const files = attachedFiles.reduce((sum, each) => sum + each.files, 0);
  const bytes = attachedFiles.reduce((sum, each) => sum + each.bytes, 0);
  const words: Record<RestoreWhat, { label: string; description: string }> = {
    everything: { label: 'Everything', description: `Database and attached files (${names})` },
    database: { label: 'Database only', description: 'Attached files are not changed' },
    files: {
      label: choices[0] === 'files' ? 'Everything' : 'Attached files only',
      description: `${names}: ${countInWords(files, 'file')}, ${bytesInWords(bytes)}`,
    },
    one: {
      label: choice.parts.length > 1 ? 'Selected files and folders' : 'Selected file or folder',
      description: 'One attached file, or a path inside an attached folder',
    },
  };
  const setPart = (part: string): void => form.setFieldValue('parts', part === '' ? [] : [part]);
  const chosen = attachedFiles.find(({ name }) => name === choice.attachedFile);
  return (
    <>
      <Radio.Group label="Items to restore" {...form.getInputProps('what')} value={choice.what}>
        <Stack gap={8} mt="xs">
          {choices.map((what) => (
            <Radio key={what} value={what} {...words[what]} />
          ))}
        </Stack>
      </Radio.Group>
      {choice.what === 'one' && (
        <div className="restore-part">
          <Select
            label="Attached file"
            data={attachedFiles.map(({ name, kind }) => ({
              value: name,
              label: `${name} (${attachedFileKindInWords(kind).toLowerCase()})`,
            }))}
            value={choice.attachedFile}
            onChange={(attachedFile) => form.setValues({ attachedFile, parts: [] })}
            allowDeselect={false}
          />
          {chosen?.kind === 'folder' && choice.parts.length < 2 && (
            <TextInput
              label="Path (optional)"
              placeholder="photos/one.jpg"
              value={choice.parts[0] ?? ''}
              onChange={(event) => setPart(event.currentTarget.value)}
              onBlur={(event) => setPart(event.currentTarget.value.trim())}
              spellCheck={false}
              autoComplete="off"
            />
          )}
        </div>
      )}
    </>
  );
}
