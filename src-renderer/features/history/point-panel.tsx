import { Button, Group } from '@mantine/core';
import type { Point } from '../../../src-shared/model/history/point.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import type { PointFact } from './point-facts.ts';
import './history.css';

/** What can be done with a point. */
export type PointAction =
  | 'restore'
  | 'compare-now'
  | 'compare-points'
  | 'browse'
  | 'verify'
  /** Selects the point before the event. */
  | 'just-before';

interface PointPanelProps {
  point: Pick<Point, 'txid' | 'madeAt' | 'events'>;
  facts: readonly PointFact[];
  /** What can be done beside restoring it, with labels. */
  actions: ReadonlyArray<readonly [PointAction, string]>;
  /** In milliseconds since 1970. */
  now: number;
  onAction(action: PointAction): void;
}

/** The selected point of a timeline: what it contains, and what can be done with it. */
export function PointPanel({ point, facts, actions, now, onAction }: PointPanelProps) {
  return (
    <section className="point-panel" aria-labelledby="point-heading">
      <div>
        <h3 id="point-heading">{momentLabel(point.madeAt, now)}</h3>
        <p className="timeline-note">Point {point.txid}</p>
      </div>
      <dl className="point-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Group gap="xs">
        <Button onClick={() => onAction('restore')}>Restore</Button>
        {point.events.length > 0 && (
          <Button variant="light" onClick={() => onAction('just-before')}>
            Just before this mark
          </Button>
        )}
        {actions.map(([action, label]) => (
          <Button key={action} variant="default" onClick={() => onAction(action)}>
            {label}
          </Button>
        ))}
      </Group>
    </section>
  );
}
