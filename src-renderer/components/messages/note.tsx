import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';

const ICONS = { info: IconInfoCircle, good: IconCircleCheck, warn: IconAlertTriangle, bad: IconAlertTriangle } as const;

interface NoteProps {
  tone: keyof typeof ICONS;
  icon?: ComponentType<{ size: number }>;
  children: ReactNode;
}

/** A sentence or two that stand out, in the colour of what they mean. */
export function Note({ tone, icon: Icon = ICONS[tone], children }: NoteProps) {
  return (
    <Alert className={`tone-${tone}`} icon={<Icon size={18} />}>
      <Text size="sm" c="inherit" component="div" className="wraps">
        {children}
      </Text>
    </Alert>
  );
}
