import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconDownload, IconFileText, IconPrinter } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { RecoveryKit } from '../../../src-shared/model/recovery-kit.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { showDone } from '../../components/notices.ts';
import { EmptyState, Page } from '../../components/page.tsx';
import { PathField } from '../../components/path-field.tsx';
import { useNow } from '../../components/time.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useAppStore } from '../../stores/app-store.ts';
import { fetchRecoveryKitState, useRecoveryKitStore } from '../../stores/recovery-kit-store.ts';
import { kitStateInWords } from './kit-words.ts';
import './recovery-kit.css';

/** The recovery kit: what it says, and the ways to keep it somewhere else. */
export function RecoveryKitPage() {
  const state = useRecoveryKitStore((store) => store.kit);
  const [kit, setKit] = useState<RecoveryKit | null>(null);
  const now = useNow();
  const action = useAction('here');
  const { run } = action;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another state it may say something else
  useEffect(() => run(async () => setKit(await client.call('recoveryKit.make', {}))), [state?.state, run]);
  if (state === null) return <Loader m="xl" aria-label="Loading" />;
  if (state.state === 'none') return <NothingToRecover />;
  return (
    <Page title="Recovery kit" actions={kit !== null && <KitActions kit={kit} />}>
      <Stack gap="md" maw={860}>
        <Text size="sm" c="dimmed" className="not-printed">
          What you need when Snapkeep and this machine are gone: what is stored where, and how to open it manually. No
          password and no key is in it. Keep it on paper, or on another machine. {kitStateInWords(state, now)}
        </Text>
        {action.error !== null && <ErrorNotice error={action.error} />}
        {kit !== null && <SaveKit />}
        {kit !== null && (
          // The kit as text: its page has styles of its own, which the window's Content-Security-Policy would refuse.
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls must be reachable by keyboard
          <section className="card kit-text" tabIndex={0} aria-label="The recovery kit">
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
      <EmptyState icon={<IconFileText size={44} stroke={1.4} />} title="There is nothing to recover yet">
        Once a plan has stored a snapshot, the kit says here where it lies and how to open it without Snapkeep.
      </EmptyState>
    </Page>
  );
}

function KitActions({ kit }: { kit: RecoveryKit }) {
  const inBrowser = useAppStore((state) => state.info?.capabilities.nativeDialogs === false);
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const mark = (): void =>
    action.run(async () => {
      useRecoveryKitStore.setState({ kit: await client.call('recoveryKit.markSaved', { digest: kit.digest }) });
      setAsking(false);
    });
  const print = (): void => {
    window.print();
    // Whether anything came out of the printer is known to nobody but the person.
    setAsking(true);
  };
  const download = (): void => {
    const url = URL.createObjectURL(new Blob([kit.html], { type: 'text/html' }));
    const link = Object.assign(document.createElement('a'), { href: url, download: kit.names.html });
    link.click();
    URL.revokeObjectURL(url);
    mark();
  };
  if (asking) {
    return (
      <Group gap="sm" wrap="nowrap" className="not-printed">
        <Text size="sm" role="status">
          Is it on paper?
        </Text>
        <Button onClick={mark} loading={action.pending}>
          Yes, it is printed
        </Button>
        <Button variant="default" onClick={() => setAsking(false)}>
          No
        </Button>
      </Group>
    );
  }
  return (
    <Group gap="sm" wrap="nowrap" className="not-printed">
      {inBrowser && (
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={download}
          loading={action.pending}
        >
          Download
        </Button>
      )}
      <Button leftSection={<IconPrinter size={16} aria-hidden />} onClick={print}>
        Print…
      </Button>
    </Group>
  );
}

function SaveKit() {
  const [folder, setFolder] = useState('');
  const action = useAction('here');
  const save = (): void =>
    action.run(async () => {
      const { paths } = await client.call('recoveryKit.save', { folder: folder.trim() });
      await fetchRecoveryKitState();
      showDone(paths.join(', '), 'The recovery kit is saved.');
    });
  return (
    <form
      className="card not-printed"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack gap="sm">
        <PathField
          kind="folder"
          label="Save into a folder"
          description="Best on a stick or a share that is still there when this machine is not. A page and a text are written."
          placeholder="/media/you/stick"
          value={folder}
          onChange={setFolder}
        />
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group>
          <Button type="submit" variant="default" disabled={folder.trim() === ''} loading={action.pending}>
            Save the kit
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
