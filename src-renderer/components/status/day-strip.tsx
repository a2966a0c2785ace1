import type { DayOutcome } from '../../../src-shared/model/plan.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';

/** The last days of a plan, one bar each, with the results in tooltips and a sentence for screen readers. */
export function DayStrip({ days, label }: { days: readonly DayOutcome[]; label: string }) {
  const good = days.filter((day) => day.outcome === 'success').length;
  const bad = days.filter((day) => day.outcome === 'failure' || day.outcome === 'warning').length;
  return (
    <div
      className="day-strip"
      role="img"
      aria-label={`${label}, last ${days.length} days: backed up on ${countInWords(good, 'day')}, failures on ${countInWords(bad, 'day')}.`}
    >
      {days.map((day) => (
        <span
          key={day.day}
          className={`day day-${day.outcome}`}
          title={`${inWords(day.day)}: ${outcomeInWords(day)}`}
        />
      ))}
    </div>
  );
}

function outcomeInWords({ outcome, backups, failures }: DayOutcome): string {
  if (outcome === 'none') return 'no backup';
  if (outcome === 'missed') return 'missed: a backup was due';
  const parts = [
    backups > 0 ? countInWords(backups, 'backup') : '',
    failures > 0 ? countInWords(failures, 'failure') : '',
  ];
  return parts.filter(Boolean).join(', ');
}

// Made once: there are 30 days for each plan.
const format = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const inWords = (day: string): string => format.format(new Date(`${day}T12:00:00`));
