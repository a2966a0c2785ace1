import { Button, Group } from '@mantine/core';
import type { Point } from '../../../src-shared/model/history/point.ts';
import { changeInWords, eventsInWords, pointTablesInWords } from '../../../src-shared/words/history-words.ts';
import { agoInWords, momentLabel } from '../../../src-shared/words/moments.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
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
  point: Point;
  /** In milliseconds since 1970. */
  now: number;
  onAction(action: PointAction): void;
}

const ACTIONS: ReadonlyArray<readonly [PointAction, string]> = [
  ['compare-now', 'Compare with now'],
  ['compare-points', 'Compare two points'],
  ['browse', 'Browse'],
  ['verify', 'Verify'],
];

/** The selected point of a timeline: what it contains, and what can be done with it. */
export function PointPanel({ point, now, onAction }: PointPanelProps) {
  const facts = [
    ['Change', `${changeInWords(point)} (${bytesInWords(point.bytes)} stored)`],
    ['Content', pointTablesInWords(point)],
    ['Verification', verificationInWords(point, now)],
    ...(point.events.length === 0 ? [] : [['Events', eventsInWords(point.events)]]),
  ];
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
        {ACTIONS.map(([action, label]) => (
          <Button key={action} variant="default" onClick={() => onAction(action)}>
            {label}
          </Button>
        ))}
      </Group>
    </section>
  );
}

function verificationInWords({ verification }: Point, now: number): string {
  if (verification === null) return 'Not verified yet';
  const { valid, level, at } = verification;
  if (!valid) return `Verification failed ${agoInWords(at, now)}`;
  return `${level === 'restored' ? 'Verified by a restore' : 'File verified'} ${agoInWords(at, now)}`;
}
