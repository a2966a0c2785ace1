import { Button, Group, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { PathField } from '../../components/path-field.tsx';
import { PathText } from '../../components/path-text.tsx';

/** The second step: over the live database, or to another path. */
export function WhereStep({
  suggestedTarget,
  onBack,
  onNext,
}: {
  suggestedTarget: string | null;
  onBack(): void;
  onNext(targetPath: string): void;
}) {
  const [choice, setChoice] = useState(suggestedTarget === null ? 'other' : 'live');
  const [other, setOther] = useState('');
  const target = choice === 'live' ? (suggestedTarget ?? '') : other.trim();
  return (
    <>
      <Radio.Group value={choice} onChange={setChoice} label="Where should it go?">
        <Stack gap="sm" mt="sm">
          {suggestedTarget !== null && (
            <Radio value="live" label="To where it came from" description={<PathText path={suggestedTarget} />} />
          )}
          <Radio value="other" label="To another path" />
        </Stack>
      </Radio.Group>
      {choice === 'other' && (
        <PathField
          kind="target"
          label="Path of the restored database"
          placeholder="/home/you/restored.db"
          value={other}
          onChange={setOther}
        />
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button disabled={target === ''} onClick={() => onNext(target)} data-autofocus>
          Next: review
        </Button>
      </Group>
    </>
  );
}
