import { Button, Checkbox, Group, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { PathField } from '../../components/forms/path-field.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import type { TargetsOfSource } from './restore-choice.ts';

interface WhereStepProps {
  targets: TargetsOfSource;
  onBack(): void;
  /** @param path the target; empty: the original paths */
  onNext(path: string): void;
}

/** The second step: chooses the original or another path. */
export function WhereStep({ targets, onBack, onNext }: WhereStepProps) {
  return targets.together.length > 0 ? (
    <Together targets={targets} onBack={onBack} onNext={() => onNext(targets.suggested ?? '')} />
  ) : (
    <OneTarget targets={targets} onBack={onBack} onNext={onNext} />
  );
}

/** Several items, which are restored to their original paths. */
function Together({ targets, onBack, onNext }: { targets: TargetsOfSource; onBack(): void; onNext(): void }) {
  const [agreed, setAgreed] = useState(!targets.imported);
  return (
    <>
      <Text size="sm">
        All items are restored to their original paths. To restore one to another path, select it alone.
      </Text>
      <ul className="restore-targets">
        {targets.together.map((path) => (
          <li key={path}>
            <PathText path={path} />
          </li>
        ))}
      </ul>
      {targets.imported && <ManifestQuestion several agreed={agreed} onAgreed={setAgreed} />}
      <Buttons onBack={onBack} onNext={onNext} disabled={!agreed} />
    </>
  );
}

function OneTarget({ targets: { suggested, label, imported }, onBack, onNext }: WhereStepProps) {
  const [choice, setChoice] = useState(suggested === null ? 'other' : 'live');
  const [other, setOther] = useState('');
  const [agreed, setAgreed] = useState(!imported);
  const asks = imported && choice === 'live';
  const target = choice === 'live' ? (suggested ?? '') : other.trim();
  return (
    <>
      <Radio.Group value={choice} onChange={setChoice} label="Restore to">
        <Stack gap="sm" mt="sm">
          {suggested !== null && (
            <Radio value="live" label="Original path" description={<PathText path={suggested} />} />
          )}
          <Radio value="other" label="Another path" />
        </Stack>
      </Radio.Group>
      {choice === 'other' && (
        <PathField kind="target" label={label} placeholder="/home/you/restored" value={other} onChange={setOther} />
      )}
      {asks && <ManifestQuestion several={false} agreed={agreed} onAgreed={setAgreed} />}
      <Buttons onBack={onBack} onNext={() => onNext(target)} disabled={target === '' || (asks && !agreed)} />
    </>
  );
}

/** An imported manifest may have been written by others. */
function ManifestQuestion({
  several,
  agreed,
  onAgreed,
}: {
  several: boolean;
  agreed: boolean;
  onAgreed(agreed: boolean): void;
}) {
  return (
    <Checkbox
      label={several ? 'Restore to these paths' : 'Restore to this path'}
      description={`The ${several ? 'paths come' : 'path comes'} from the manifest of an imported snapshot. Check ${several ? 'them' : 'it'} before you continue.`}
      checked={agreed}
      onChange={(event) => onAgreed(event.currentTarget.checked)}
    />
  );
}

function Buttons({ onBack, onNext, disabled }: { onBack(): void; onNext(): void; disabled: boolean }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onBack}>
        Back
      </Button>
      <Button disabled={disabled} onClick={onNext} data-autofocus>
        Review changes
      </Button>
    </Group>
  );
}
