import { Button, Group, Menu, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
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

type Way = 'value' | 'environment' | 'command';

/** A key as it is typed. */
interface KeyDraft {
  way: Way;
  /** The key, or the name of what it is read from. */
  text: string;
  /** `null`: no custom settings. */
  cipher: CipherDraft | null;
}

type KeyFormApi = UseFormReturnType<KeyDraft>;

const useKeyForm = (way: Way, text: string): KeyFormApi =>
  useForm({ initialValues: { way, text, cipher: null as CipherDraft | null } });

/** Asks for a secret. */
export function TypedKeyForm(props: TypedKeyFormProps) {
  const form = useKeyForm('value', '');
  return (
    <KeyFrame {...props} form={form}>
      <KeyField {...props} form={form} />
    </KeyFrame>
  );
}

interface KeyFrameProps extends TypedKeyFormProps {
  form: KeyFormApi;
  /** The field for the key. */
  children: ReactNode;
  beside?: ReactNode;
}

function KeyFrame({ form, action, pending, ofDatabase = true, onKey, children, beside }: KeyFrameProps) {
  const { way, text, cipher } = form.values;
  const key = KeyInput.safeParse({ [way]: text, ...givenSettings(cipher) });
  return (
    <Form
      onSubmit={() => {
        if (key.success) onKey(key.data);
      }}
    >
      <Stack gap="sm">
        {children}
        {ofDatabase && <CipherFields draft={cipher} onChange={(custom) => form.setFieldValue('cipher', custom)} />}
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
  const form = useKeyForm(variable === null ? 'value' : 'environment', variable ?? '');
  const { way, text } = form.values;
  const isNamed = KeyInput.safeParse({ [way]: text }).success;
  const chosen = WAYS[way];
  // A typed key must not appear as the name of a variable.
  const choose = (name: Way): void =>
    form.setValues({ way: name, text: name === 'environment' ? (variable ?? '') : '' });
  return (
    <KeyFrame {...props} form={form} beside={<WayMenu title={chosen.title} onChoose={choose} />}>
      {way === 'value' ? (
        <KeyField {...props} form={form} />
      ) : (
        <TextInput
          label={chosen.label}
          description={chosen.means}
          placeholder={chosen.placeholder}
          {...form.getInputProps('text')}
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
  form: KeyFormApi;
}

function KeyField({ label, description, form }: KeyFieldProps) {
  return (
    <PasswordInput
      label={label}
      description={description}
      {...form.getInputProps('text')}
      autoComplete="off"
      spellCheck={false}
      visibilityToggleButtonProps={{ 'aria-label': 'Show key', tabIndex: 0 }}
      data-autofocus
    />
  );
}
