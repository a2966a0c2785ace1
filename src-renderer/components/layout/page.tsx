import { Group, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A page of the window: its heading, its actions and its content. */
export function Page({
  title,
  beside,
  actions,
  wide = false,
  children,
}: {
  title: string;
  beside?: ReactNode;
  actions?: ReactNode;
  /** Tables and lists use all of a wide window; text stays as wide as it reads well. */
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <Stack gap="lg" className={wide ? 'page wide' : 'page'}>
      <Group justify="space-between" align="center">
        <Group gap="sm" className="page-title">
          <Title order={1} title={title}>
            <bdi>{title}</bdi>
          </Title>
          {beside}
        </Group>
        <Group gap="sm">{actions}</Group>
      </Group>
      {children}
    </Stack>
  );
}

/** What will appear here, and the next step. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty-state">
      <div className="empty-icon" aria-hidden>
        {icon}
      </div>
      <Title order={2} size="h3">
        {title}
      </Title>
      <p>{children}</p>
      {action}
    </div>
  );
}
