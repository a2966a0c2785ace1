import { Button, Group, Input } from '@mantine/core';
import { useId } from 'react';
import { client } from '../../api/client.ts';
import { closeParameters, useParameter } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useInfo } from '../../stores/core.ts';
import { FilePicker } from './file-picker.tsx';

/** What is chosen: an existing database, backup or file, a folder, or the path of a new file. */
export type PathKind = 'database' | 'backup' | 'file' | 'folder' | 'target';

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
  const native = useInfo()?.capabilities.nativeDialogs ?? false;
  const [picker, setPicker] = useParameter('picker');
  const browse = useAction();
  const pick = (): void => {
    // Native dialogs for databases and backups would hide other files.
    if (!native || kind === 'file') {
      setPicker(id, { replace: false });
      return;
    }
    browse.run(async () => {
      const { path } = await pickNatively(kind, value);
      if (path !== null) onChange(path);
    });
  };
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
          <Button variant="default" onClick={pick} loading={browse.pending} aria-label={`Browse: ${rest.label}`}>
            Browse…
          </Button>
        </Group>
      </Input.Wrapper>
      {picker === id && (
        <FilePicker
          kind={kind}
          start={value}
          onClose={() => closeParameters('picker')}
          onPick={(path) => {
            closeParameters('picker');
            onChange(path);
          }}
        />
      )}
    </>
  );
}

function pickNatively(kind: Exclude<PathKind, 'file'>, value: string): Promise<{ path: string | null }> {
  if (kind === 'database') return client.call('dialogs.pickDatabase', {});
  if (kind === 'backup') return client.call('dialogs.pickBackup', {});
  if (kind === 'folder') return client.call('dialogs.pickFolder', {});
  return client.call('dialogs.pickTarget', value === '' ? {} : { suggestion: value });
}
