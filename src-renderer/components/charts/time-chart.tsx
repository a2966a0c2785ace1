import { useElementSize } from '@mantine/hooks';
import { AxisBottom, AxisLeft } from '@visx/axis';
import { scaleLinear, scaleTime } from '@visx/scale';
import { AreaClosed, LinePath } from '@visx/shape';
import './charts.css';

/** A value at an instant, in milliseconds since 1970. */
export interface TimeValue {
  at: number;
  value: number;
}

interface TimeChartProps {
  /** Oldest first, at least two. */
  values: readonly TimeValue[];
  /** What is expected after them, drawn as a dashed line. */
  expected: readonly TimeValue[];
  /** Says in words what the chart shows. */
  label: string;
  valueInWords(value: number): string;
}

const HEIGHT = 190;
const MARGIN = { top: 10, right: 14, bottom: 26, left: 66 };
/** So wide is a date on the axis, in pixels, with what is free beside it. */
const TICK_WIDTH = 110;

// Made once: each chart has several dates.
const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const monthYear = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' });
const LONG_MS = 300 * 86_400_000;

/** Values over time as an area from zero, as wide as its place. */
export function TimeChart({ values, expected, label, valueInWords }: TimeChartProps) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  return (
    <div ref={ref} style={{ height: HEIGHT, overflow: 'hidden' }}>
      {width > 0 && <Drawing {...{ values, expected, label, valueInWords, width }} />}
    </div>
  );
}

function Drawing({ values, expected, label, valueInWords, width }: TimeChartProps & { width: number }) {
  const all = [...values, ...expected];
  const [first, last] = [all[0]?.at ?? 0, all.at(-1)?.at ?? 0];
  const most = Math.max(1, ...all.map(({ value }) => value));
  const x = scaleTime<number>({ domain: [first, last], range: [MARGIN.left, width - MARGIN.right] });
  const y = scaleLinear<number>({ domain: [0, most], range: [HEIGHT - MARGIN.bottom, MARGIN.top], nice: 3 });
  const points = { x: ({ at }: TimeValue) => x(at), y: ({ value }: TimeValue) => y(value) };
  const dates = last - first > LONG_MS ? monthYear : dayMonth;
  const numTicks = Math.max(2, Math.floor((width - MARGIN.left) / TICK_WIDTH));
  // A date too near to the edge would be cut off.
  const tickValues = x.ticks(numTicks).filter((date) => x(date) <= width - TICK_WIDTH / 3);
  return (
    <svg className="chart" width={width} height={HEIGHT} role="img" aria-label={label}>
      {y.ticks(3).map((value) => (
        <line
          key={value}
          className="chart-grid"
          x1={MARGIN.left}
          x2={width - MARGIN.right}
          y1={y(value)}
          y2={y(value)}
        />
      ))}
      <AreaClosed className="chart-area" data={[...values]} yScale={y} {...points} />
      <LinePath className="chart-line" data={[...values]} {...points} />
      <LinePath className="chart-line expected" data={[...values.slice(-1), ...expected]} {...points} />
      <AxisLeft
        {...{ scale: y, left: MARGIN.left, numTicks: 3, hideAxisLine: true, hideTicks: true }}
        tickFormat={(value) => valueInWords(Number(value))}
        tickLabelProps={{ dx: -4, dy: 4, textAnchor: 'end' }}
      />
      <AxisBottom
        {...{ scale: x, top: HEIGHT - MARGIN.bottom, tickValues, hideTicks: true, axisLineClassName: 'chart-grid' }}
        tickFormat={(value) => dates.format(new Date(Number(value)))}
        tickLabelProps={{ dy: 4, textAnchor: 'middle' }}
      />
    </svg>
  );
}
