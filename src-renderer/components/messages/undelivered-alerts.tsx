import { Alert, List } from '@mantine/core';
import { IconBellOff } from '@tabler/icons-react';
import { shortMomentInWords } from '../../../src-shared/words/moments.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import { Pending } from './pending.tsx';

/** The alerts that are not delivered yet. */
export function UndeliveredAlerts() {
  const answer = useAnswer('alerts.undelivered', {});
  const now = useNow();
  if (answer.error !== null) return <Pending answer={answer} />;
  const waiting = answer.value ?? [];
  if (waiting.length === 0) return null;
  return (
    <Alert className="tone-warn" icon={<IconBellOff size={18} />} title="Undelivered alerts">
      <List size="sm">
        {waiting.map(({ channel, title, createdAt, error, nextTryAt }) => (
          <List.Item key={`${channel} ${createdAt} ${title}`}>
            {title} ({channel}): {error} Next attempt: {shortMomentInWords(nextTryAt, now)}.
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
