import { Button, Table } from '@mantine/core';
import { eventsInWords } from '../../../src-shared/words/history-words.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import type { TimelineProps } from './timeline.tsx';

/** What the chart shows, as a table: for screen readers, and for everyone who would rather read. */
export function TimelineTable({ buckets, now, empty, measure, onPick }: TimelineProps) {
  if (buckets.length === 0) {
    return (
      <p className="timeline-note">
        {empty ? 'No points in time yet. The first capture makes one.' : 'No changes in this time'}
      </p>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section className="timeline-table" aria-label="Changes over time" tabIndex={0}>
      <Table verticalSpacing={4} aria-label="Changes over time">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>From</Table.Th>
            <Table.Th className="timeline-number">Points</Table.Th>
            {measure !== 'points' && (
              <>
                <Table.Th className="timeline-number">Changed pages</Table.Th>
                <Table.Th>Events</Table.Th>
              </>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {buckets.toReversed().map(({ from, to, points, changedPages, events }) => (
            <Table.Tr key={from}>
              <Table.Td>
                <Button
                  size="compact-sm"
                  fw={500}
                  variant="subtle"
                  title="Select the last point"
                  onClick={() => onPick(new Date(Date.parse(to) - 1).toISOString())}
                >
                  {momentLabel(from, now)}
                </Button>
              </Table.Td>
              <Table.Td className="timeline-number">{points.toLocaleString('en-US')}</Table.Td>
              {measure !== 'points' && (
                <>
                  <Table.Td className="timeline-number">{changedPages.toLocaleString('en-US')}</Table.Td>
                  <Table.Td>{eventsInWords(events)}</Table.Td>
                </>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
