import { Alert, List } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { UndeliveredAlert } from '../../src-shared/model/alert.ts';
import { upcomingInWords } from '../../src-shared/words/moments.ts';
import { client } from '../api/client.ts';
import { useAction } from '../hooks/use-action.ts';
import { useNow } from './use-now.ts';

/** The alerts that are not delivered yet. */
export function UndeliveredAlerts() {
  const [waiting, setWaiting] = useState<UndeliveredAlert[]>([]);
  const { run } = useAction();
  const now = useNow();
  const load = useCallback(() => run(async () => setWaiting(await client.call('alerts.undelivered', {}))), [run]);
  useEffect(load, [load]);
  useEffect(() => client.on('alerts.undelivered', load), [load]);
  if (waiting.length === 0) return null;
  return (
    <Alert color="yellow" title="Undelivered alerts">
      <List size="sm">
        {waiting.map(({ channel, title, createdAt, error, nextTryAt }) => (
          <List.Item key={`${channel} ${createdAt} ${title}`}>
            {title} ({channel}): {error} Next attempt: {upcomingInWords(nextTryAt, now)}.
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
