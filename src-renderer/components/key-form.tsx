import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';

/** Asks for the key of an encrypted database; it is kept nowhere in the window. */
export function KeyForm({
  label,
  description,
  action,
  pending,
  onKey,
}: {
  label: string;
  description: string;
  action: string;
  pending: boolean;
  onKey(key: string): void;
}) {
  const [key, setKey] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (key !== '') onKey(key);
      }}
    >
      <Stack gap="sm">
        <PasswordInput
          label={label}
          description={description}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the key', tabIndex: 0 }}
          data-autofocus
        />
        <Group>
          <Button type="submit" variant="default" disabled={key === ''} loading={pending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
