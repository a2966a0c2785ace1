import { Button, Checkbox, Text } from '@mantine/core';
import { useState } from 'react';
import type { AppliedPart } from '../../../src-shared/model/template-use.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { PathField } from '../../components/path-field.tsx';
import { PathText } from '../../components/path-text.tsx';
import { retentionInWords } from '../retention/retention-words.ts';
import { isHere } from './group-draft.ts';

interface PartRowProps {
  part: AppliedPart;
  wanted: boolean;
  /** What was typed for where it is; empty: its usual place. */
  path: string;
  looking: boolean;
  /** Its plan is there already. */
  made: boolean;
  onWanted(wanted: boolean): void;
  onPath(path: string): void;
}

/** A part of a template: whether it is wanted, where it is, when it is backed up and what is kept. */
export function PartRow({ part, wanted, path, looking, made, onWanted, onPath }: PartRowProps) {
  const { name, kind, optional, places, draft } = part;
  const [elsewhere, setElsewhere] = useState(false);
  const here = isHere(part);
  const usual = places.map((place) => place.path).join(' or ');
  return (
    <li className="part">
      <Checkbox
        label={
          <>
            {name}
            {optional && (
              <Text span size="sm" c="dimmed">
                {' '}
                if you want it
              </Text>
            )}
          </>
        }
        description={`${scheduleInWords(draft.schedule)} · ${retentionInWords(draft.retention)}${made ? ' · the plan is made' : ''}`}
        checked={wanted}
        disabled={!here || made}
        onChange={(event) => onWanted(event.currentTarget.checked)}
      />
      <div className="part-place">
        {here && draft.sourcePath !== null ? (
          <PathText path={draft.sourcePath} />
        ) : (
          <Text size="sm" c="dimmed" className="wraps">
            {usual === '' ? 'Where it is usually is not known.' : `Not here: there is no ${usual}.`}
          </Text>
        )}
        {!elsewhere && !made && (
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => setElsewhere(true)}
            aria-label={`It is elsewhere: ${name}`}
          >
            It is elsewhere…
          </Button>
        )}
      </div>
      {elsewhere && !made && (
        <div className="part-elsewhere">
          <PathField
            kind={kind === 'database' ? 'database' : kind === 'folder' ? 'folder' : 'file'}
            label={`Where ${name} is`}
            value={path}
            onChange={onPath}
            error={path.trim() !== '' && !looking && !here ? 'There is nothing at this path.' : undefined}
          />
        </div>
      )}
    </li>
  );
}
