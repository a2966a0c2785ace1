import { useElementSize } from '@mantine/hooks';
import { AxisBottom } from '@visx/axis';
import { scaleSqrt, scaleTime } from '@visx/scale';
import { Bar } from '@visx/shape';
import { useId } from 'react';
import type { PointEventKind } from '../../../src-shared/model/history/point.ts';
import type { TimelineMark } from '../../../src-shared/model/history/timeline.ts';
import type { TimelineZoom } from '../../../src-shared/rules/history/timeline.ts';
import { viewEnd, zoomOf } from '../../../src-shared/rules/history/timeline-view.ts';
import { eventsInWords } from '../../../src-shared/words/history-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import type { TimelineProps } from './timeline.tsx';

const HEIGHT = 196;
const MARGIN = { top: 46, right: 12, bottom: 28, left: 12 };
const BOTTOM = HEIGHT - MARGIN.bottom;
/** So wide is a letter, and a date on the axis with what is free beside it, in pixels. */
const LETTER_WIDTH = 6.8;
const TICK_WIDTH = 92;
/** There is no room for the scale in a narrow chart. */
const NARROW = 480;
/** Two rows of labels fit above the bars. */
const LABEL_ROWS = 2;
const ROW_HEIGHT = 16;

// Made once: each chart has several dates.
const dates = {
  month: new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' }),
  day: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }),
  minute: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }),
  second: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
};
const DATES: Record<TimelineZoom, Intl.DateTimeFormat> = {
  year: dates.month,
  month: dates.day,
  week: dates.day,
  day: dates.minute,
  hour: dates.minute,
  minute: dates.second,
};

type TimeScale = ReturnType<typeof scaleTime<number>>;

/** How much changed over time, as bars, with marks for events and hatching for gaps; as wide as its place. */
export function TimelineChart(props: TimelineProps) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  return (
    <div ref={ref} className="timeline-frame" style={{ height: HEIGHT }}>
      {width > 0 && <Drawing {...props} width={width} />}
    </div>
  );
}

function Drawing(props: TimelineProps & { width: number }) {
  const { view, buckets, marks, selected, width, onPick, measure = 'changedPages' } = props;
  const x = scaleTime<number>({ domain: [view.from, viewEnd(view)], range: [MARGIN.left, width - MARGIN.right] });
  const most = Math.max(1, ...buckets.map((bucket) => bucket[measure]));
  // A root, so that one large change does not make all others invisible.
  const y = scaleSqrt<number>({ domain: [0, most], range: [0, BOTTOM - MARGIN.top] });
  const barWidth = Math.max(1.5, x(view.from + zoomOf(view).bucketMs) - MARGIN.left - 1);
  const tickValues = x
    .ticks(Math.max(2, Math.floor(width / TICK_WIDTH)))
    .filter((date) => x(date) > TICK_WIDTH / 3 && x(date) < width - TICK_WIDTH / 3);
  const pick = (event: React.MouseEvent<SVGSVGElement>): void => {
    const left = event.currentTarget.getBoundingClientRect().left;
    onPick(x.invert(event.clientX - left).toISOString());
  };
  return (
    // The frame around it takes the keys; see timeline.tsx.
    <svg className="chart timeline-chart" width={width} height={HEIGHT} aria-hidden="true" onClick={pick}>
      <Gaps {...props} x={x} />
      {buckets.map(({ from, [measure]: amount }) => (
        <Bar
          key={from}
          className="timeline-bar"
          x={x(Date.parse(from))}
          y={BOTTOM - Math.max(2, y(amount))}
          width={barWidth}
          height={Math.max(2, y(amount))}
        />
      ))}
      <Marks marks={marks} x={x} width={width} />
      {buckets.length > 0 && width > NARROW && (
        <text className="timeline-scale" x={MARGIN.left} y={MARGIN.top + 6}>
          Highest: {countInWords(most, measure === 'points' ? 'point' : 'changed page')}
        </text>
      )}
      {buckets.length === 0 && (
        <text className="timeline-empty" x={width / 2} y={(MARGIN.top + BOTTOM) / 2} textAnchor="middle">
          {props.empty ? 'No points in time yet. The first capture makes one.' : 'No changes in this time'}
        </text>
      )}
      <AxisBottom
        {...{ scale: x, top: BOTTOM, tickValues, hideTicks: true, axisLineClassName: 'chart-grid' }}
        tickFormat={(value) => DATES[view.zoom].format(new Date(Number(value)))}
        tickLabelProps={{ dy: 4, textAnchor: 'middle' }}
      />
      {selected !== null && <Cursor at={x(Date.parse(selected.madeAt))} width={width} />}
    </svg>
  );
}

function Gaps({ gaps, view, x }: TimelineProps & { x: TimeScale }) {
  const pattern = useId();
  const shown = gaps.map(({ from, to }) => {
    const left = x(Math.max(Date.parse(from), view.from));
    return { from, left, wide: x(Math.min(Date.parse(to), viewEnd(view))) - left };
  });
  return (
    <>
      <pattern id={pattern} width={7} height={7} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line className="timeline-hatch" x1={0} x2={0} y1={0} y2={7} />
      </pattern>
      {shown
        .filter(({ wide }) => wide > 0)
        .map(({ from, left, wide }) => (
          <g key={from}>
            <rect
              x={left}
              y={MARGIN.top}
              width={Math.max(2, wide)}
              height={BOTTOM - MARGIN.top}
              fill={`url(#${pattern})`}
            />
            {wide > 'Not protected'.length * LETTER_WIDTH && (
              <text className="timeline-gap" x={left + wide / 2} y={MARGIN.top + 14} textAnchor="middle">
                Not protected
              </text>
            )}
          </g>
        ))}
    </>
  );
}

function Marks({ marks, x, width }: { marks: readonly TimelineMark[]; x: TimeScale; width: number }) {
  const drawn = placed(marks, x, width);
  // The labels come last, so that no line crosses them.
  return (
    <>
      {drawn.map(({ mark, left, row }) => (
        <g key={mark.txid} className={`timeline-mark ${toneOf(mark.events)}`}>
          <line x1={left} x2={left} y1={row * ROW_HEIGHT + 6} y2={BOTTOM} />
          <circle cx={left} cy={row * ROW_HEIGHT + 8} r={4} />
        </g>
      ))}
      {drawn.map(({ mark, left, label, row, end }) =>
        label === null ? null : (
          <g key={mark.txid} className={`timeline-mark ${toneOf(mark.events)}`}>
            <text x={end ? left - 8 : left + 8} y={row * ROW_HEIGHT + 12} textAnchor={end ? 'end' : 'start'}>
              {label}
            </text>
          </g>
        ),
      )}
    </>
  );
}

/** Where marks and their labels are drawn: a label that would cover another one is left out, and is in the list below. */
function placed(marks: readonly TimelineMark[], x: TimeScale, width: number) {
  const free: number[] = Array.from({ length: LABEL_ROWS }, () => 0);
  return marks.map((mark) => {
    const left = x(Date.parse(mark.at));
    const text = eventsInWords(mark.events);
    const wide = text.length * LETTER_WIDTH + 14;
    const end = left + wide > width;
    const [from, to] = end ? [left - wide, left + 6] : [left - 6, left + wide];
    const row = free.findIndex((taken) => taken <= from);
    if (row === -1 || from < 0) return { mark, left, label: null, row: LABEL_ROWS, end };
    free[row] = to;
    return { mark, left, label: text, row, end };
  });
}

function toneOf(events: readonly PointEventKind[]): string {
  if (events.includes('rows-dropped')) return 'tone-bad';
  return events.includes('gap') ? 'tone-warn' : 'tone-info';
}

function Cursor({ at, width }: { at: number; width: number }) {
  if (at < 0 || at > width) return null;
  return (
    <g className="timeline-selected">
      <line x1={at} x2={at} y1={MARGIN.top - 8} y2={BOTTOM + 6} />
      <circle cx={at} cy={BOTTOM} r={5} />
    </g>
  );
}
