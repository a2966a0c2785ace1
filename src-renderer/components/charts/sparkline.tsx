import { scaleLinear } from '@visx/scale';
import { AreaClosed, LinePath } from '@visx/shape';
import './charts.css';

const WIDTH = 64;
const HEIGHT = 20;

/** A line of values without axes; its label says in words what it shows. Nothing for fewer than two values. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  if (values.length < 2) return null;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const x = scaleLinear<number>({ domain: [0, values.length - 1], range: [1, WIDTH - 1] });
  // What does not change is a line in the middle, not at the bottom.
  const domain = least === most ? [least - 1, most + 1] : [least, most];
  const y = scaleLinear<number>({ domain, range: [HEIGHT - 2, 2] });
  const points = {
    data: [...values],
    x: (_value: number, index: number) => x(index),
    y: (value: number) => y(value),
  };
  return (
    <svg className="chart" width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <AreaClosed className="chart-area" yScale={y} {...points} />
      <LinePath className="chart-line" {...points} />
    </svg>
  );
}
