import { ActionIcon, Button, Group, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { AttachedFileKind } from '../../../src-shared/model/attached-file.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { type AttachedFileDraft, linesOf, newAttachedFile, withPath } from './attached-file-draft.ts';
import { AttachedFileIcon, attachedFileKindInWords } from './attached-file-words.tsx';
import './attached-files.css';

const ADD: Array<{ kind: AttachedFileKind; words: string }> = [
  { kind: 'folder', words: 'Add folder' },
  { kind: 'file', words: 'Add file' },
  { kind: 'image', words: 'Add disk or image' },
];

const PATHS: Record<AttachedFileKind, { label: string; placeholder: string; description?: string }> = {
  folder: { label: 'Folder path', placeholder: '/home/you/app/generated' },
  file: { label: 'File path', placeholder: '/etc/app/config.toml' },
  image: {
    label: 'Device or image file',
    placeholder: '/dev/mmcblk0',
    description: 'The whole device is read. Do not write to it during a backup.',
  },
};

interface AttachedFilesFieldProps {
  form: PlanFormApi;
  /** The hint while the list is empty. */
  empty: string;
}

/** Chooses the folders, files and disks that are stored in each snapshot. */
export function AttachedFilesField({ form, empty }: AttachedFilesFieldProps) {
  const value = form.values.attachedFiles;
  return (
    <div>
      {value.length === 0 ? (
        <Text size="sm" c="dimmed" mb="sm">
          {empty}
        </Text>
      ) : (
        <ul className="attached-file-drafts">
          {value.map((draft, index) => (
            <AttachedFileFields
              key={draft.key}
              draft={draft}
              problem={form.errors[`attachedFiles.${index}.name`]}
              others={value.filter((each) => each !== draft)}
              onChange={(changed) => form.replaceListItem('attachedFiles', index, changed)}
              onRemove={() => form.removeListItem('attachedFiles', index)}
            />
          ))}
        </ul>
      )}
      <Group gap="xs" mt={value.length === 0 ? 0 : 'sm'}>
        {ADD.map(({ kind, words }) => (
          <Button
            key={kind}
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={value.length >= 20}
            onClick={() => form.insertListItem('attachedFiles', newAttachedFile(kind))}
          >
            {words}
          </Button>
        ))}
      </Group>
    </div>
  );
}

interface AttachedFileFieldsProps {
  draft: AttachedFileDraft;
  problem: ReactNode;
  others: readonly AttachedFileDraft[];
  onChange(draft: AttachedFileDraft): void;
  onRemove(): void;
}

function AttachedFileFields({ draft, problem, others, onChange, onRemove }: AttachedFileFieldsProps) {
  const { kind, name, path, exclude } = draft;
  const called = name === '' ? attachedFileKindInWords(kind).toLowerCase() : name;
  return (
    <li className="attached-file-draft">
      <div className="attached-file-head">
        <AttachedFileIcon kind={kind} />
        <span className="grows">{attachedFileKindInWords(kind)}</span>
        <ActionIcon variant="subtle" aria-label={`Remove ${called}`} onClick={onRemove}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className="attached-file-pair">
        <PathField
          {...PATHS[kind]}
          kind={kind === 'folder' ? 'folder' : 'file'}
          value={path}
          onChange={(changed) => onChange(withPath(draft, changed, others))}
        />
        <TextInput
          label="Label"
          {...(PATHS[kind].description === undefined ? {} : { description: 'Used in file names.' })}
          value={name}
          onChange={(event) => onChange({ ...draft, name: event.currentTarget.value, named: true })}
          error={problem}
          maxLength={40}
          spellCheck={false}
          autoComplete="off"
        />
      </div>
      {kind === 'folder' && (
        <Disclosure title={`Exclude: ${linesOf(exclude).join(', ') || 'nothing'}`}>
          <Textarea
            label="Exclude patterns"
            description="One pattern per line, as in .gitignore: cache/ or *.tmp"
            value={exclude}
            onChange={(event) => onChange({ ...draft, exclude: event.currentTarget.value })}
            autosize
            minRows={2}
            maxRows={8}
            spellCheck={false}
          />
        </Disclosure>
      )}
    </li>
  );
}
