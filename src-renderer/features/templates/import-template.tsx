import { Button, FileButton, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { useAction } from '../../hooks/use-action.ts';

/** Imports a template file; an existing template of the same id is replaced only on confirmation. */
export function ImportTemplate({ onImported }: { onImported(templateId: string): void }) {
  const [text, setText] = useState('');
  const [opened, setOpened] = useState(false);
  const [taken, setTaken] = useState(false);
  const action = useAction('here');
  const save = (read: () => Promise<string>, replace: boolean): void =>
    action.run(async () => {
      try {
        const given = await read();
        setText(given);
        const { id, name } = await client.call('templates.save', { text: given, replace });
        setOpened(false);
        showDone(`Template “${name}” imported.`);
        onImported(id);
      } catch (error) {
        setTaken(error instanceof SnapkeepError && error.code === 'CONFLICT' && !comesWithSnapkeep(error));
        setOpened(true);
        throw error;
      }
    });
  return (
    <>
      <FileButton onChange={(file) => file !== null && save(() => file.text(), false)} accept="application/json,.json">
        {(props) => (
          <Button {...props} variant="default" loading={action.pending && !opened}>
            Import template…
          </Button>
        )}
      </FileButton>
      {opened && (
        <Modal opened onClose={() => setOpened(false)} title={taken ? 'Replace template?' : 'Template not imported'}>
          <Stack gap="md">
            {taken ? (
              <Text size="sm">
                {action.error?.message} Importing this file replaces it. Existing plans do not change.
              </Text>
            ) : (
              action.error !== null && <ErrorNotice error={action.error} />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOpened(false)} data-autofocus>
                {taken ? 'Cancel' : 'Close'}
              </Button>
              {taken && (
                <Button onClick={() => save(() => Promise.resolve(text), true)} loading={action.pending}>
                  Replace
                </Button>
              )}
            </Group>
          </Stack>
        </Modal>
      )}
    </>
  );
}

const comesWithSnapkeep = ({ message }: SnapkeepError): boolean => message.includes('comes with Snapkeep');
