import { Button, Group, Menu, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { KeyInput } from '../../src-shared/model/database-encryption.ts';
import { type CipherDraft, CipherFields, givenSettings } from './cipher-fields.tsx';
import { Form } from './form.tsx';

interface TypedKeyFormProps {
  label: string;
  description: string;
  action: string;
  pending: boolean;
  /** Whether it may be the key of a database, which can have cipher settings. */
  ofDatabase: boolean;
  onKey(key: KeyInput): void;
}

/** Asks for a secret. */
export function TypedKeyForm({ label, description, action, pending, ofDatabase, onKey }: TypedKeyFormProps) {
  const [text, setText] = useState('');
  const [custom, setCustom] = useState<CipherDraft | null>(null);
  const key = KeyInput.safeParse({ value: text, ...givenSettings(custom) });
  return (
    <Form
      onSubmit={() => {
        if (key.success) onKey(key.data);
      }}
    >
      <Stack gap="sm">
        <KeyField label={label} description={description} value={text} onChange={setText} />
        {ofDatabase && <CipherFields draft={custom} onChange={setCustom} />}
        <Group>
          <Button type="submit" variant="default" disabled={!key.success} loading={pending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}

type Way = 'value' | 'environment' | 'command';

const WAYS: Record<Way, { title: string; label: string; placeholder: string; means: string }> = {
  value: { title: 'Enter key', label: '', placeholder: '', means: '' },
  environment: {
    title: 'From an environment variable',
    label: 'Environment variable',
    placeholder: 'APP_DB_KEY',
    means:
      'Read for each backup. Must be set in the environment of the Snapkeep service; variables set in a terminal are not visible to programs started from a menu.',
  },
  command: {
    title: 'From a command',
    label: 'Command',
    placeholder: 'pass show app',
    means:
      'Run for each backup on the machine of the Snapkeep service, with its permissions. The first line of its output is the key.',
  },
};

interface KeyFormProps extends Omit<TypedKeyFormProps, 'ofDatabase'> {
  /** The suggested environment variable; `null`: none. */
  variable?: string | null;
}

/** Asks for the key of a plan's database, or for the source that it is read from. */
export function KeyForm({ label, description, variable = null, action, pending, onKey }: KeyFormProps) {
  const [way, setWay] = useState<Way>(variable === null ? 'value' : 'environment');
  const [text, setText] = useState(variable ?? '');
  const [custom, setCustom] = useState<CipherDraft | null>(null);
  const isNamed = KeyInput.safeParse({ [way]: text }).success;
  const key = KeyInput.safeParse({ [way]: text, ...givenSettings(custom) });
  const chosen = WAYS[way];
  return (
    <Form
      onSubmit={() => {
        if (key.success) onKey(key.data);
      }}
    >
      <Stack gap="sm">
        {way === 'value' ? (
          <KeyField label={label} description={description} value={text} onChange={setText} />
        ) : (
          <TextInput
            label={chosen.label}
            description={chosen.means}
            placeholder={chosen.placeholder}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={
              way === 'environment' && text !== '' && !isNamed ? 'Use only letters, digits and underscores.' : null
            }
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
        )}
        <CipherFields draft={custom} onChange={setCustom} />
        <Group gap="sm">
          <Button type="submit" variant="default" disabled={!key.success} loading={pending}>
            {action}
          </Button>
          <Menu position="bottom-start">
            <Menu.Target>
              <Button
                variant="subtle"
                color="gray"
                rightSection={<IconChevronDown size={16} />}
                aria-label={`Key source: ${chosen.title}`}
              >
                {chosen.title}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {WAY_NAMES.map((name) => (
                <Menu.Item
                  key={name}
                  onClick={() => {
                    setWay(name);
                    // A typed key must not appear as the name of a variable.
                    setText(name === 'environment' ? (variable ?? '') : '');
                  }}
                >
                  {WAYS[name].title}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Stack>
    </Form>
  );
}

const WAY_NAMES: readonly Way[] = ['value', 'environment', 'command'];

interface KeyFieldProps {
  label: string;
  description: string;
  value: string;
  onChange(value: string): void;
}

function KeyField({ label, description, value, onChange }: KeyFieldProps) {
  return (
    <PasswordInput
      label={label}
      description={description}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      visibilityToggleButtonProps={{ 'aria-label': 'Show key', tabIndex: 0 }}
      data-autofocus
    />
  );
}
