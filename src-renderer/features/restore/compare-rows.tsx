import { Button, Group, Modal } from '@mantine/core';
import { IconGitCompare } from '@tabler/icons-react';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { Dialog } from '../../components/layout/dialog.tsx';
import { closeParameters, useParameter } from '../../hooks/address.ts';
import { CompareView } from '../compare/compare-view.tsx';
import { NOTHING_CHOSEN } from '../compare/compared.ts';

interface CompareRowsProps {
  source: RestoreSource;
  targetPath: string;
}

/** Compares the database with what would replace it, row by row, above the review: that stays as it is. */
export function CompareRows({ source, targetPath }: CompareRowsProps) {
  const [shown, show] = useParameter('compared');
  const name = targetPath.replace(/^.*[\\/]/, '');
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        className="start"
        leftSection={<IconGitCompare size={15} aria-hidden />}
        onClick={() => show('yes', { replace: false })}
      >
        Compare rows…
      </Button>
      <Dialog
        opened={shown !== ''}
        onClose={() => closeParameters('compared', ...Object.keys(NOTHING_CHOSEN))}
        size="min(1400px, 96vw)"
        withCloseButton={false}
      >
        {/* No header: that of the review below is the only one on the page. */}
        <Group justify="space-between" wrap="nowrap" mb="md">
          <Modal.Title className="wraps">{name}: now, and after the restore</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Group>
        <div className="compare-tab">
          <CompareView before={{ path: targetPath }} after={source} />
        </div>
      </Dialog>
    </>
  );
}
