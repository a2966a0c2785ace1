import { Button, Group, Menu, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import { type CipherDraft, CipherFields, givenSettings } from './cipher-fields.tsx';
import { Form } from './form.tsx';

interface TypedKeyFormProps {
  label: string;
  description: string;
  action: string;
  pending: boolean;
  /** Whether it may be the key of a database, which can have cipher settings. */
  ofDatabase?: boolean;
  onKey(key: KeyInput): void;
}

/** Asks for a secret. */
export function TypedKeyForm(props: TypedKeyFormProps) {
  const [text, setText] = useState('');
  return (
    <KeyFrame {...props} given={{ value: text }}>
      <KeyField {...props} value={text} onChange={setText} />
    </KeyFrame>
  );
}

interface KeyFrameProps extends TypedKeyFormProps {
  given: Record<string, string>;
  /** The field for the key. */
  children: ReactNode;
  beside?: ReactNode;
}

function KeyFrame({ given, action, pending, ofDatabase = true, onKey, children, beside }: KeyFrameProps) {
  const [custom, setCustom] = useState<CipherDraft | null>(null);
  const key = KeyInput.safeParse({ ...given, ...givenSettings(custom) });
  return (
    <Form
      onSubmit={() => {
        if (key.success) onKey(key.data);
      }}
    >
      <Stack gap="sm">
        {children}
        {ofDatabase && <CipherFields draft={custom} onChange={setCustom} />}
        <Group gap="sm">
          <Button type="submit" variant="default" disabled={!key.success} loading={pending}>
            {action}
          </Button>
          {beside}
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

interface KeyFormProps extends TypedKeyFormProps {
  /** The suggested environment variable; `null`: none. */
  variable?: string | null;
}

/** Asks for the key of a plan's database, or for the source that it is read from. */
export function KeyForm({ variable = null, ...props }: KeyFormProps) {
  const [way, setWay] = useState<Way>(variable === null ? 'value' : 'environment');
  const [text, setText] = useState(variable ?? '');
  const isNamed = KeyInput.safeParse({ [way]: text }).success;
  const chosen = WAYS[way];
  const choose = (name: Way): void => {
    setWay(name);
    // A typed key must not appear as the name of a variable.
    setText(name === 'environment' ? (variable ?? '') : '');
  };
  return (
    <KeyFrame {...props} given={{ [way]: text }} beside={<WayMenu title={chosen.title} onChoose={choose} />}>
      {way === 'value' ? (
        <KeyField {...props} value={text} onChange={setText} />
      ) : (
        <TextInput
          label={chosen.label}
          description={chosen.means}
          placeholder={chosen.placeholder}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={way === 'environment' && text !== '' && !isNamed ? 'Use only letters, digits and underscores.' : null}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
    </KeyFrame>
  );
}

function WayMenu({ title, onChoose }: { title: string; onChoose(way: Way): void }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          rightSection={<IconChevronDown size={16} />}
          aria-label={`Key source: ${title}`}
        >
          {title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {WAY_NAMES.map((name) => (
          <Menu.Item key={name} onClick={() => onChoose(name)}>
            {WAYS[name].title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
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
