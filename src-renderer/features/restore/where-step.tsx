import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { PathField } from '../../components/path-field.tsx';
import { PathText } from '../../components/path-text.tsx';
import type { Places } from './restore-choice.ts';

interface WhereStepProps {
  places: Places;
  onBack(): void;
  /** @param path where it goes; empty: everything goes to where it came from */
  onNext(path: string): void;
}

/** The second step: over what is live, or to another path. */
export function WhereStep({ places, onBack, onNext }: WhereStepProps) {
  return places.together.length > 0 ? (
    <Together paths={places.together} onBack={onBack} onNext={() => onNext(places.suggested ?? '')} />
  ) : (
    <OnePlace places={places} onBack={onBack} onNext={onNext} />
  );
}

/** Several things go back to where each of them came from. */
function Together({ paths, onBack, onNext }: { paths: readonly string[]; onBack(): void; onNext(): void }) {
  return (
    <>
      <Text size="sm">All of it goes back to where it came from. To put one of them elsewhere, choose it alone.</Text>
      <ul className="restore-places">
        {paths.map((path) => (
          <li key={path}>
            <PathText path={path} />
          </li>
        ))}
      </ul>
      <Buttons onBack={onBack} onNext={onNext} disabled={false} />
    </>
  );
}

function OnePlace({ places: { suggested, label }, onBack, onNext }: WhereStepProps) {
  const [choice, setChoice] = useState(suggested === null ? 'other' : 'live');
  const [other, setOther] = useState('');
  const target = choice === 'live' ? (suggested ?? '') : other.trim();
  return (
    <>
      <Radio.Group value={choice} onChange={setChoice} label="Where should it go?">
        <Stack gap="sm" mt="sm">
          {suggested !== null && (
            <Radio value="live" label="To where it came from" description={<PathText path={suggested} />} />
          )}
          <Radio value="other" label="To another path" />
        </Stack>
      </Radio.Group>
      {choice === 'other' && (
        <PathField kind="target" label={label} placeholder="/home/you/restored" value={other} onChange={setOther} />
      )}
      <Buttons onBack={onBack} onNext={() => onNext(target)} disabled={target === ''} />
    </>
  );
}

function Buttons({ onBack, onNext, disabled }: { onBack(): void; onNext(): void; disabled: boolean }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onBack}>
        Back
      </Button>
      <Button disabled={disabled} onClick={onNext} data-autofocus>
        Next: review
      </Button>
    </Group>
  );
}
