import { Button, Text } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useRecoveryKitStore } from '../../stores/recovery-kit-store.ts';
import './recovery-kit.css';

/** Reminds of a recovery kit that nobody has, or that is no longer true; gone once it is saved. */
export function KitReminder() {
  const state = useRecoveryKitStore((store) => store.kit?.state);
  if (state !== 'unsaved' && state !== 'outdated') return null;
  return (
    <section className="kit-reminder tone-info" aria-label="Recovery kit">
      <IconFileText size={20} aria-hidden />
      <Text size="sm" c="inherit">
        {state === 'unsaved'
          ? 'Should this machine be lost, the recovery kit says where the snapshots are and how to open them. It has not been saved or printed yet.'
          : 'Plans or destinations have changed since the recovery kit was saved. Save or print it again.'}
      </Text>
      <Button component={Link} to="/recovery-kit" variant="default" size="xs" flex="none">
        Recovery kit
      </Button>
    </section>
  );
}
