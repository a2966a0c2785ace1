import { Button, Code, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ValuePart } from '../../../src-shared/model/rows/browse.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';
import { formsOf, hexLines } from './value-forms.ts';
import { FIRST_PART, PART, type ValuePlace } from './value-place.ts';
import { WholeImage } from './whole-image.tsx';

/** Shows a whole value or file, part by part: as text, JSON, an image or bytes. */
export function ValueDialog({ place, name, onClose }: { place: ValuePlace; name: string; onClose(): void }) {
  /** Where the parts before this one began, and this one. */
  const [starts, setStarts] = useState([0]);
  const offset = starts.at(-1) ?? 0;
  const length = offset === 0 ? FIRST_PART : PART;
  const answer = useAnswer<ValuePlace['method']>(place.method, { ...place.params, offset, length });
  return (
    <Dialog opened onClose={onClose} title={<bdi>{name}</bdi>} size="xl">
      <Stack gap="md">
        <Pending answer={answer} label="Loading value" />
        {answer.value !== null && (
          <Value
            place={place}
            value={answer.value}
            name={name}
            offset={offset}
            onPrevious={() => setStarts(starts.slice(0, -1))}
            onNext={(start) => setStarts([...starts, start])}
          />
        )}
        <DialogButtons onClose={onClose} close="Close" focused />
      </Stack>
    </Dialog>
  );
}

interface ValueProps {
  place: ValuePlace;
  value: ValuePart;
  /** The column. */
  name: string;
  offset: number;
  onPrevious(): void;
  onNext(start: number): void;
}

const LABELS = { image: 'Image', json: 'JSON', text: 'Text', hex: 'Hex' } as const;
type Form = keyof typeof LABELS;

function Value({ place, value, name, offset, onPrevious, onNext }: ValueProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { bytes, image, json, text } = formsOf(value, offset, PART);
  const isLong = value.class === 'text' || value.class === 'blob';
  const forms = (Object.keys(LABELS) as Form[]).filter((form) =>
    form === 'hex' ? isLong : { image, json, text }[form] !== null,
  );
  const usual = value.class === 'blob' && image === null ? 'hex' : forms[0];
  const shown = forms.find((form) => form === chosen) ?? usual;
  const end = offset + bytes.length;
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {CLASSES[value.class]}
          {isLong && `, ${bytesInWords(value.bytes)}`}
        </Text>
        {forms.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label="Show as"
            data={forms.map((form) => ({ value: form, label: LABELS[form] }))}
            value={shown ?? ''}
            onChange={setChosen}
          />
        )}
      </Group>
      {shown === 'image' && image !== null ? (
        <WholeImage place={place} first={value} type={image} name={name} />
      ) : (
        <Code block className="value-text" tabIndex={0}>
          {value.class === 'null' ? 'NULL' : shown === 'hex' ? hexLines(bytes, offset) : shown === 'json' ? json : text}
        </Code>
      )}
      {isLong && shown !== 'image' && (offset > 0 || end < value.bytes) && (
        <Group gap="xs">
          <Button size="xs" variant="default" disabled={offset === 0} onClick={onPrevious}>
            Previous part
          </Button>
          <Button size="xs" variant="default" disabled={end >= value.bytes} onClick={() => onNext(end)}>
            Next part
          </Button>
          <Text size="sm" c="dimmed" role="status">
            Bytes {(offset + 1).toLocaleString('en-US')} to {end.toLocaleString('en-US')} of{' '}
            {countInWords(value.bytes, 'byte')}
          </Text>
        </Group>
      )}
    </>
  );
}

const CLASSES = { null: 'NULL', integer: 'Integer', real: 'Real', text: 'Text', blob: 'Blob' } as const;
