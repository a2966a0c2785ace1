import { Button, Group, Input } from '@mantine/core';
import { useId } from 'react';
import type { PathKind } from './file-picker.tsx';
import { usePathPicker } from './path-picker.tsx';

interface PathFieldProps {
  kind: PathKind;
  label: string;
  description?: string;
  placeholder?: string;
  value: string;
  onChange(path: string): void;
  error?: string | undefined;
}

/** A path that can be typed, pasted, or picked in a native dialog or one of the window. */
export function PathField({ kind, value, onChange, error, ...rest }: PathFieldProps) {
  const id = useId();
  const { pick, pending, picker } = usePathPicker(kind, value, onChange);
  return (
    <>
      <Input.Wrapper label={rest.label} description={rest.description} error={error} id={id}>
        {/* The field's own margins would move it away from the button beside it. */}
        <Group gap="xs" wrap="nowrap" mt={rest.description === undefined ? 0 : 5} mb={error === undefined ? 0 : 5}>
          <Input
            flex={1}
            styles={{ wrapper: { margin: 0 } }}
            id={id}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
            placeholder={rest.placeholder}
            error={error !== undefined}
            aria-invalid={error !== undefined}
            spellCheck={false}
            autoComplete="off"
          />
          <Button variant="default" onClick={pick} loading={pending} aria-label={`Browse: ${rest.label}`}>
            Browse…
          </Button>
        </Group>
      </Input.Wrapper>
      {picker}
    </>
  );
}
