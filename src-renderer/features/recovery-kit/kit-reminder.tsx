import { Button, Text } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { Link } from 'wouter';
import './recovery-kit.css';
import { useKept } from '../../stores/core.ts';

/** Reminds to save the recovery kit while it is missing or out of date. */
export function KitReminder() {
  const state = useKept('recoveryKit.status', (kit) => kit?.state);
  if (state !== 'unsaved' && state !== 'outdated') return null;
  return (
    <section className="kit-reminder tone-info" aria-label="Recovery kit">
      <IconFileText size={20} aria-hidden />
      <Text size="sm" c="inherit">
        {state === 'unsaved'
          ? 'The recovery kit has not been saved or printed yet. If this machine is lost, it explains where your snapshots are and how to restore them.'
          : 'The recovery kit is out of date: plans or destinations have changed. Save or print it again.'}
      </Text>
      <Button component={Link} to="/recovery-kit" variant="default" size="xs" flex="none">
        Recovery kit
      </Button>
    </section>
  );
}
