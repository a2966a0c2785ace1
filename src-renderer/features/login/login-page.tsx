import { Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type KeyboardEvent, type ReactNode, useCallback, useState } from 'react';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import { browserSession } from '../../api/session.ts';
import { Logo } from '../../app/logo.tsx';
import { Form } from '../../components/forms/form.tsx';
import { useEscape } from '../../components/layout/dialog.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';

const TITLE = 'login-title';

/**
 * The login of a browser without a session.
 * @param error why the address of the window did not log in
 * @param over the window was logged in before: it waits behind the login with all that is typed in it
 */
export function LoginPage({ error, over }: { error: ErrorBody | null; over: boolean }) {
  const form = <LoginForm error={error} />;
  return over ? <Overlay>{form}</Overlay> : <main className="login">{form}</main>;
}

/** Covers the window, whose dialogs included take no input meanwhile. */
function Overlay({ children }: { children: ReactNode }) {
  useEscape(true, () => {});
  const show = useCallback((dialog: HTMLDialogElement | null) => {
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  const keep = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') event.preventDefault();
  };
  return (
    <dialog
      ref={show}
      className="login"
      aria-labelledby={TITLE}
      onKeyDown={keep}
      onClose={({ currentTarget }) => currentTarget.showModal()}
    >
      {children}
    </dialog>
  );
}

function LoginForm({ error }: { error: ErrorBody | null }) {
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
    <Form onSubmit={submit}>
      <Stack gap="md">
        <div className="login-brand">
          <Logo />
          <Title order={1} size="h3" id={TITLE}>
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
  );
}
