import { Button, FileButton, Group, Stack, Text } from '@mantine/core';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { client } from '../../api/client.ts';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { useDialogAbout } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';

/** Imports a template file; an existing template of the same id is replaced only on confirmation. */
export function ImportTemplate({ onImported }: { onImported(templateId: string): void }) {
  /** A file that was not imported. */
  const { about: refused, open, close } = useDialogAbout<{ text: string; taken: boolean }>('template');
  const action = useAction('here');
  const save = (read: () => Promise<string>, replace: boolean): void =>
    action.run(async () => {
      let text = '';
      try {
        text = await read();
        const { id, name } = await client.call('templates.save', { text, replace });
        close();
        showDone(`Template “${name}” imported.`);
        onImported(id);
      } catch (error) {
        open({ text, taken: error instanceof SnapkeepError && error.code === 'CONFLICT' && !comesWithSnapkeep(error) });
        throw error;
      }
    });
  return (
    <>
      <FileButton onChange={(file) => file !== null && save(() => file.text(), false)} accept="application/json,.json">
        {(props) => (
          <Button {...props} variant="default" loading={action.pending && refused === null}>
            Import template…
          </Button>
        )}
      </FileButton>
      {refused !== null && (
        <Dialog opened onClose={close} title={refused.taken ? 'Replace template?' : 'Template not imported'}>
          <Stack gap="md">
            {refused.taken ? (
              <Text size="sm">
                {action.error?.message} Importing this file replaces it. Existing plans do not change.
              </Text>
            ) : (
              action.error !== null && <ErrorNotice error={action.error} />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                {refused.taken ? 'Cancel' : 'Close'}
              </Button>
              {refused.taken && (
                <Button onClick={() => save(() => Promise.resolve(refused.text), true)} loading={action.pending}>
                  Replace
                </Button>
              )}
            </Group>
          </Stack>
        </Dialog>
      )}
    </>
  );
}

const comesWithSnapkeep = ({ message }: SnapkeepError): boolean => message.includes('comes with Snapkeep');
