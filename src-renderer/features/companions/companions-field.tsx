import { ActionIcon, Button, Group, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { CompanionKind } from '../../../src-shared/model/companion.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { PathField } from '../../components/path-field.tsx';
import {
  type CompanionDraft,
  type CompanionProblems,
  companionProblems,
  linesOf,
  newCompanion,
  withPath,
} from './companion-draft.ts';
import { CompanionIcon, companionKindInWords } from './companion-words.tsx';
import './companions.css';

const ADD: Array<{ kind: CompanionKind; words: string }> = [
  { kind: 'folder', words: 'Add a folder' },
  { kind: 'file', words: 'Add a file' },
  { kind: 'image', words: 'Add a disk or image' },
];

const PATHS: Record<CompanionKind, { label: string; placeholder: string; description?: string }> = {
  folder: { label: 'Path of the folder', placeholder: '/home/you/app/generated' },
  file: { label: 'Path of the file', placeholder: '/etc/app/config.toml' },
  image: {
    label: 'Device or image file',
    placeholder: '/dev/mmcblk0',
    description: 'It is read from its first byte to its last. Nothing on it should be written meanwhile.',
  },
};

interface CompanionsFieldProps {
  value: readonly CompanionDraft[];
  onChange(value: CompanionDraft[]): void;
  /** What is said while there is none. */
  empty: string;
}

/** Chooses folders, files and disks that are kept in each snapshot. */
export function CompanionsField({ value, onChange, empty }: CompanionsFieldProps) {
  const problems = companionProblems(value);
  return (
    <div>
      {value.length === 0 ? (
        <Text size="sm" c="dimmed" mb="sm">
          {empty}
        </Text>
      ) : (
        <ul className="companion-drafts">
          {value.map((draft, index) => (
            <CompanionFields
              key={draft.key}
              draft={draft}
              problems={problems[index] ?? { blocked: false }}
              others={value.filter((each) => each !== draft)}
              onChange={(changed) => onChange(value.with(index, changed))}
              onRemove={() => onChange(value.toSpliced(index, 1))}
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
            onClick={() => onChange([...value, newCompanion(kind)])}
          >
            {words}
          </Button>
        ))}
      </Group>
    </div>
  );
}

interface CompanionFieldsProps {
  draft: CompanionDraft;
  problems: CompanionProblems;
  others: readonly CompanionDraft[];
  onChange(draft: CompanionDraft): void;
  onRemove(): void;
}

function CompanionFields({ draft, problems, others, onChange, onRemove }: CompanionFieldsProps) {
  const { kind, name, path, exclude } = draft;
  const called = name === '' ? companionKindInWords(kind).toLowerCase() : name;
  const left = linesOf(exclude).length;
  return (
    <li className="companion-draft">
      <div className="companion-head">
        <CompanionIcon kind={kind} />
        <span className="grows">{companionKindInWords(kind)}</span>
        <ActionIcon variant="subtle" aria-label={`Take ${called} out`} onClick={onRemove}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className="companion-pair">
        <PathField
          {...PATHS[kind]}
          kind={kind === 'folder' ? 'folder' : 'file'}
          value={path}
          onChange={(changed) => onChange(withPath(draft, changed, others))}
        />
        <TextInput
          label="Called"
          {...(PATHS[kind].description === undefined ? {} : { description: 'In names of files.' })}
          value={name}
          onChange={(event) => onChange({ ...draft, name: event.currentTarget.value, named: true })}
          error={problems.name}
          maxLength={40}
          spellCheck={false}
          autoComplete="off"
        />
      </div>
      {kind === 'folder' && (
        <Disclosure title={left === 0 ? 'Leave nothing out' : `Leave out ${linesOf(exclude).join(', ')}`}>
          <Textarea
            label="Left out"
            description="One pattern in each line, as in a .gitignore: cache/ or *.tmp"
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
