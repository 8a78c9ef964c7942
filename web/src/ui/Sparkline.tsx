// A small line without axes: the shape of the last months, with the target as a thin dashed line.
import type { Point } from '../api/types';
import { toNumber } from '../lib/format';

interface SparklineProps {
  points: Point[];
  target?: string | null;
  label: string;
}

const width = 240;
const height = 52;
const inset = 4;

export function Sparkline({ points, target, label }: SparklineProps) {
  const values = points.map((point) => toNumber(point.value));
  const goal = toNumber(target);
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return null;
  const all = goal === null ? known : [...known, goal];
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const x = (index: number) => inset + (index * (width - 2 * inset)) / (values.length - 1);
  const y = (value: number) => height - inset - ((value - low) * (height - 2 * inset)) / span;
  let path = '';
  let pen = false;
  values.forEach((value, index) => {
    if (value === null) {
      pen = false;
      return;
    }
    path += `${pen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  });
  const last = values.length - 1;
  const end = values[last];
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {goal !== null && <line className="sparkline-target" x1="0" x2={width} y1={y(goal)} y2={y(goal)} />}
      <path className="sparkline-line" d={path} />
      {/* A line of no length with round ends: stays a dot however the picture is stretched. */}
      {end !== null && <path className="sparkline-end" d={`M${x(last)} ${y(end)}h0.01`} />}
    </svg>
  );
}
