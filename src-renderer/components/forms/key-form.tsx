import { Button, Group, Menu, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import { CipherFields } from './cipher-fields.tsx';
import { Form } from './form.tsx';
import { type KeyFormApi, type KeyOrigin, keyOf, useKeyForm } from './key-draft.ts';

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
  const key = keyOf(form.values);
  return (
    <Form
      onSubmit={() => {
        if (key !== null) onKey(key);
      }}
    >
      <Stack gap="sm">
        {children}
        {ofDatabase && <CipherFields form={form} />}
        <Group gap="sm">
          <Button type="submit" variant="default" disabled={key === null} loading={pending}>
            {action}
          </Button>
          {beside}
        </Group>
      </Stack>
    </Form>
  );
}

const ORIGINS: Record<KeyOrigin, { title: string; label: string; placeholder: string; hint: string }> = {
  value: { title: 'Enter key', label: '', placeholder: '', hint: '' },
  environment: {
    title: 'From an environment variable',
    label: 'Environment variable',
    placeholder: 'APP_DB_KEY',
    hint: 'Read for each backup. Must be set in the environment of the Snapkeep service; variables set in a terminal are not visible to programs started from a menu.',
  },
  command: {
    title: 'From a command',
    label: 'Command',
    placeholder: 'pass show app',
    hint: 'Run for each backup on the machine of the Snapkeep service, with its permissions. The first line of its output is the key.',
  },
};

interface KeyFormProps extends TypedKeyFormProps {
  /** The suggested environment variable; `null`: none. */
  variable?: string | null;
}

/** Asks for the key of a plan's database, or for the source that it is read from. */
export function KeyForm({ variable = null, ...props }: KeyFormProps) {
  const form = useKeyForm(variable === null ? 'value' : 'environment', variable ?? '');
  const { origin, text } = form.values;
  const isNamed = KeyInput.safeParse({ [origin]: text }).success;
  const chosen = ORIGINS[origin];
  // A typed key must not appear as the name of a variable.
  const choose = (name: KeyOrigin): void =>
    form.setValues({ origin: name, text: name === 'environment' ? (variable ?? '') : '' });
  return (
    <KeyFrame {...props} form={form} beside={<OriginMenu title={chosen.title} onChoose={choose} />}>
      {origin === 'value' ? (
        <KeyField {...props} form={form} />
      ) : (
        <TextInput
          label={chosen.label}
          description={chosen.hint}
          placeholder={chosen.placeholder}
          {...form.getInputProps('text')}
          error={
            origin === 'environment' && text !== '' && !isNamed ? 'Use only letters, digits and underscores.' : null
          }
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
    </KeyFrame>
  );
}

function OriginMenu({ title, onChoose }: { title: string; onChoose(origin: KeyOrigin): void }) {
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
        {ORIGIN_NAMES.map((name) => (
          <Menu.Item key={name} onClick={() => onChoose(name)}>
            {ORIGINS[name].title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const ORIGIN_NAMES: readonly KeyOrigin[] = ['value', 'environment', 'command'];

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
