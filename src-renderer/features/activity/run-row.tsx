import { Text } from '@mantine/core';
import { Link } from 'wouter';
import type { Run } from '../../../src-shared/model/run.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { runTitle } from '../../../src-shared/words/run-words.ts';
import { RunStatePill } from '../../components/status/pill.tsx';
import { runDuration, runOutcome } from './run-words.ts';
import './activity.css';

/** A run in one line, with a link to its details. */
export function RunRow({ run, now }: { run: Run; now: number }) {
  return (
    <Link to={`/activity/${run.id}`} className="activity-row plain-row">
      <span>
        <RunStatePill state={run.state} />
      </span>
      <span className="subject">
        <strong>
          <bdi>{runTitle(run)}</bdi>
        </strong>{' '}
        <Text span size="sm" c="dimmed">
          {runOutcome(run)}
        </Text>
      </span>
      <Text span size="sm" c="dimmed" className="numbers">
        {[runDuration(run), momentLabel(run.queuedAt, now)].filter(Boolean).join(' · ')}
      </Text>
    </Link>
  );
}
