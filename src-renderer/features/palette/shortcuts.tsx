import { Kbd, Table } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { Fragment, useEffect } from 'react';
import { Dialog } from '../../components/layout/dialog.tsx';
import { setParameters, useDialogOver } from '../../hooks/address.ts';
import { searchDatabases } from '../databases/search-field.ts';

/** The keys that work on every page, and the dialog that lists them. */
export function Shortcuts() {
  const { dialog, close } = useDialogOver('keys');
  useEffect(() => {
    addEventListener('keydown', followKey);
    return () => removeEventListener('keydown', followKey);
  }, []);
  return dialog === 'keys' ? <KeysDialog onClose={close} /> : null;
}

/** By the character, not by the key: where / and ? are differs between keyboards. */
function followKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === '/') {
    event.preventDefault();
    searchDatabases();
  } else if (event.key === '?') setParameters({ over: 'keys' }, { replace: false });
}

const TYPED = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], [role="dialog"] *';
const isTyping = (target: EventTarget | null): boolean => target instanceof Element && target.closest(TYPED) !== null;

function KeysDialog({ onClose }: { onClose(): void }) {
  const mod = useOs() === 'macos' ? '⌘' : 'Ctrl';
  const keys: ReadonlyArray<[keys: readonly string[], does: string]> = [
    [[mod, 'K'], 'Find databases, snapshots by their day, actions and settings'],
    [['/'], 'Search databases'],
    [['?'], 'List these shortcuts'],
    [['Tab'], 'Next field or button'],
    [['Space'], 'Select a database, press a button'],
    [['Esc'], 'Close a dialog or menu'],
    [['Alt', '←'], 'Back'],
  ];
  return (
    <Dialog opened onClose={onClose} title="Keyboard shortcuts" size="md">
      <Table verticalSpacing="xs">
        <Table.Tbody>
          {keys.map(([pressed, does]) => (
            <Table.Tr key={does}>
              <Table.Td w={120}>
                {pressed.map((key, index) => (
                  <Fragment key={key}>
                    {index > 0 && ' + '}
                    <Kbd>{key}</Kbd>
                  </Fragment>
                ))}
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Dialog>
  );
}
