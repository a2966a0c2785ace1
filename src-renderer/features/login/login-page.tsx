import { Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import { browserSession } from '../../api/session.ts';
import { Logo } from '../../app/logo.tsx';
import { Form } from '../../components/forms/form.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';

/**
 * The login of a browser without a session.
 * @param error why the address of the window did not log in
 */
export function LoginPage({ error }: { error: ErrorBody | null }) {
  const form = useForm({ initialValues: { given: '' } });
  const { given } = form.values;
  const [tried, setTried] = useState(false);
  const login = useAction('here');
  const shown = tried ? login.error : error;
  const submit = (): void => {
    setTried(true);
    login.run(() => browserSession.logIn(given));
  };
  return (
    <main className="login">
      <Form onSubmit={submit}>
        <Stack gap="md">
          <div className="login-brand">
            <Logo />
            <Title order={1} size="h3">
              Log in to Snapkeep
            </Title>
          </div>
          <Text size="sm">
            Snapkeep prints a login address when it starts and after each login. Open the newest address, or paste it
            here. Each address works once.
          </Text>
          <TextInput
            label="Login address or token"
            placeholder="http://127.0.0.1:7411/#token=…"
            {...form.getInputProps('given')}
            spellCheck={false}
            autoComplete="off"
            autoFocus
          />
          {shown !== null && <ErrorNotice error={shown} />}
          <Button type="submit" disabled={given.trim() === ''} loading={login.pending}>
            Log in
          </Button>
        </Stack>
      </Form>
    </main>
  );
}
