import { Button, Group } from '@mantine/core';
import { IconDatabasePlus, IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { EmptyState } from '../../components/layout/page.tsx';
import { FindDatabasesButton } from '../find-databases/find-databases-button.tsx';

/** Leads to the form of a new plan. */
export function NewPlanButton() {
  return (
    <Button component={Link} to="/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New plan
    </Button>
  );
}

/** Stands where plans will be. */
export function NoPlans() {
  return (
    <EmptyState
      icon={<IconDatabasePlus size={44} stroke={1.4} />}
      title="Nothing is backed up yet"
      action={
        <Group gap="sm" justify="center">
          <FindDatabasesButton />
          <NewPlanButton />
        </Group>
      }
    >
      Find the databases of your programs, or create a plan: choose a database and a folder for its snapshots. Your
      backup status then appears here. To restore an existing backup file, drop it on this window.
    </EmptyState>
  );
}
