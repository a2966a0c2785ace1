import { Button, Group, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconDownload, IconFileText, IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import type { RecoveryKit } from '../../../src-shared/model/recovery/recovery-kit.ts';
import { client } from '../../api/client.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { EmptyState, Page } from '../../components/layout/page.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { kitStateInWords } from './kit-words.ts';
import './recovery-kit.css';
import { download } from '../../api/download.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Form } from '../../components/forms/form.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer, useInfo } from '../../stores/core.ts';

/** The recovery kit, and the ways to save and print it. */
export function RecoveryKitPage() {
  const status = useAnswer('recoveryKit.status', {});
  const made = useAnswer('recoveryKit.make', {});
  const state = status.value;
  const kit = made.value;
  const now = useNow();
  if (state === null) return <Pending answer={status} />;
  if (state.state === 'none') return <NothingToRecover />;
  return (
    <Page title="Recovery kit" actions={kit !== null && <KitActions kit={kit} />}>
      <Stack gap="md" maw={860}>
        <Text size="sm" c="dimmed" className="not-printed">
          The recovery kit explains where your snapshots are stored and how to restore them without Snapkeep or this
          machine. It contains no passwords or keys. Keep it on paper or on another machine.{' '}
          {kitStateInWords(state, now)}
        </Text>
        <Pending answer={made} />
        {kit !== null && <SaveKit />}
        {kit !== null && (
          // The kit as text: its page contains styles that the window's Content-Security-Policy refuses.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls must be reachable by keyboard
          <section className="card kit-text" tabIndex={0} aria-label="Recovery kit text">
            <pre>{kit.text}</pre>
          </section>
        )}
      </Stack>
    </Page>
  );
}

function NothingToRecover() {
  return (
    <Page title="Recovery kit">
      <EmptyState icon={<IconFileText size={44} stroke={1.4} />} title="No snapshots yet">
        After the first backup, the recovery kit appears here: where your snapshots are and how to restore them without
        Snapkeep.
      </EmptyState>
    </Page>
  );
}

function KitActions({ kit }: { kit: RecoveryKit }) {
  const inBrowser = useInfo()?.capabilities.nativeDialogs === false;
  const [asking, setAsking] = useState(false);
  const mark = async (): Promise<void> => {
    await client.call('recoveryKit.markSaved', { digest: kit.digest });
    setAsking(false);
  };
  const print = (): void => {
    window.print();
    // Only the user knows whether it was printed.
    setAsking(true);
  };
  const save = (): Promise<void> => {
    download(kit.names.html, kit.html, 'text/html');
    return mark();
  };
  if (asking) {
    return (
      <Group gap="sm" wrap="nowrap" className="not-printed">
        <Text size="sm" role="status">
          Was the recovery kit printed?
        </Text>
        <ActionButton act={mark}>Yes</ActionButton>
        <Button variant="default" onClick={() => setAsking(false)}>
          No
        </Button>
      </Group>
    );
  }
  return (
    <Group gap="sm" wrap="nowrap" className="not-printed">
      {inBrowser && (
        <ActionButton variant="default" leftSection={<IconDownload size={16} aria-hidden />} act={save}>
          Download
        </ActionButton>
      )}
      <Button leftSection={<IconPrinter size={16} aria-hidden />} onClick={print}>
        Print…
      </Button>
    </Group>
  );
}

function SaveKit() {
  const form = useForm({ initialValues: { folder: '' } });
  const { folder } = form.values;
  const action = useAction('here');
  const save = (): void =>
    action.run(async () => {
      const { paths } = await client.call('recoveryKit.save', { folder: folder.trim() });
      showDone(paths.join(', '), 'Recovery kit saved.');
    });
  return (
    <Form className="card not-printed" onSubmit={save}>
      <Stack gap="sm">
        <PathField
          kind="folder"
          label="Folder"
          description="Use a USB drive or a share that does not depend on this machine. Saves an HTML page and a text file."
          placeholder="/media/you/stick"
          {...form.getInputProps('folder')}
          value={folder}
        />
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group>
          <Button type="submit" variant="default" disabled={folder.trim() === ''} loading={action.pending}>
            Save recovery kit
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
