import { Button, Checkbox, Text } from '@mantine/core';
import { useState } from 'react';
import type { AppliedPart } from '../../../src-shared/model/third-party/template-use.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { isHere } from './group-draft.ts';

interface PartRowProps {
  part: AppliedPart;
  wanted: boolean;
  /** The path that was typed; empty: the default location. */
  path: string;
  checking: boolean;
  /** Its plan has been created. */
  made: boolean;
  onWanted(wanted: boolean): void;
  onPath(path: string): void;
}

/** A part of a template: its path, schedule and retention. */
export function PartRow({ part, wanted, path, checking, made, onWanted, onPath }: PartRowProps) {
  const { name, kind, optional, locations, draft } = part;
  const [elsewhere, setElsewhere] = useState(false);
  const here = isHere(part);
  const usual = locations.map((location) => location.path).join(' or ');
  return (
    <li className="part">
      <Checkbox
        label={
          <>
            {name}
            {optional && (
              <Text span size="sm" c="dimmed">
                {' '}
                Optional
              </Text>
            )}
          </>
        }
        description={`${scheduleInWords(draft.schedule)} · Keeps ${keptInWords(draft.retention)}${made ? ' · plan created' : ''}`}
        checked={wanted}
        disabled={!here || made}
        onChange={(event) => onWanted(event.currentTarget.checked)}
      />
      <div className="part-location">
        {here && draft.sourcePath !== null ? (
          <PathText path={draft.sourcePath} />
        ) : (
          <Text size="sm" c="dimmed" className="wraps">
            {usual === '' ? 'No default location.' : `Not found: ${usual}`}
          </Text>
        )}
        {!elsewhere && !made && (
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => setElsewhere(true)}
            aria-label={`Choose location: ${name}`}
          >
            Choose location…
          </Button>
        )}
      </div>
      {elsewhere && !made && (
        <div className="part-elsewhere">
          <PathField
            kind={kind === 'database' ? 'database' : kind === 'folder' ? 'folder' : 'file'}
            label={`Path of ${name}`}
            value={path}
            onChange={onPath}
            error={path.trim() !== '' && !checking && !here ? 'File or folder not found.' : undefined}
          />
        </div>
      )}
    </li>
  );
}
