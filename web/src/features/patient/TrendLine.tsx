// Readings of one kind as a line over their days, with the last one in words; opened, with its days and values, all of them as a
// table, and both to take away.
import { useImperativeHandle, useRef } from 'react';
import type { Reading } from '../../care/types';
import { useLanguage, useWords } from '../../i18n';
import { formatDate, toNumber } from '../../lib/format';
import { svgAsPng } from '../../lib/download';
import { ChartFrame, type PictureRef } from '../../ui/ChartFrame';
import { line } from './timeline';

interface Known {
  on: string;
  value: number;
}

// Room around the line: above and below it, and at its sides.
function draw(points: Known[], width: number, height: number, inset: { x: number; y: number }) {
  const places = line(points).map(({ x, y }) => ({ x: inset.x + x * (width - 2 * inset.x), y: height - inset.y - y * (height - 2 * inset.y) }));
  return { places, path: places.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(''), end: places[places.length - 1] };
}

function Small({ points, label }: { points: Known[]; label: string }) {
  const [width, height] = [260, 56];
  const { places, path, end } = draw(points, width, height, { x: 6, y: 6 });
  return (
    <svg viewBox={`0 0 ${width} ${height}`} className="trend-picture" role="img" aria-label={label}>
      <path d={path} className="sparkline-line" />
      {places.map(({ x, y }, index) => <circle key={index} cx={x} cy={y} r={2.2} className="trend-point" />)}
      <circle cx={end.x} cy={end.y} r={4} className="trend-point" />
    </svg>
  );
}

// With what a picture needs that leaves the page: its name, its days, its least and its most.
function Large({ title, points, label, picture }: { title: string; points: Known[]; label: string; picture: PictureRef }) {
  const language = useLanguage();
  const svg = useRef<SVGSVGElement>(null);
  useImperativeHandle(picture, () => ({ png: () => (svg.current ? svgAsPng(svg.current) : Promise.reject(new Error('no picture'))) }), []);
  const [width, height] = [340, 150];
  const { places, path, end } = draw(points, width, height, { x: 24, y: 40 });
  const values = points.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const marked = [...new Set([values.indexOf(least), values.indexOf(most), values.length - 1])];
  const anchor = (x: number) => (x < 40 ? 'start' : x > width - 40 ? 'end' : 'middle');
  return (
    <svg ref={svg} viewBox={`0 0 ${width} ${height}`} className="trend-large" role="img" aria-label={label}>
      <text x="6" y="14" className="trend-title">{title}</text>
      <line x1="6" x2={width - 6} y1={height - 22} y2={height - 22} className="trend-axis" />
      <path d={path} className="sparkline-line" />
      {places.map(({ x, y }, index) => <circle key={index} cx={x} cy={y} r={2.4} className="trend-point" />)}
      <circle cx={end.x} cy={end.y} r={4} className="trend-point" />
      {marked.map((index) => (
        <text key={index} x={places[index].x} y={values[index] === least && least !== most ? places[index].y + 15 : places[index].y - 8} textAnchor={anchor(places[index].x)} className="trend-value">{values[index]}</text>
      ))}
      <text x="6" y={height - 7} className="trend-day">{formatDate(points[0].on, language)}</text>
      <text x={width - 6} y={height - 7} textAnchor="end" className="trend-day">{formatDate(points[points.length - 1].on, language)}</text>
    </svg>
  );
}

export function TrendLine({ name, unit, points }: { name: string; unit: string; points: Reading[] }) {
  const { t } = useWords();
  const language = useLanguage();
  const sorted = [...points].sort((a, b) => a.on.localeCompare(b.on));
  const last = sorted[sorted.length - 1];
  if (!last) return null;
  const known = sorted.map((point) => ({ on: point.on, value: toNumber(point.value) })).filter((point): point is Known => point.value !== null);
  const isLine = known.length > 1;
  const label = isLine ? t('patient.trendLabel', { name, first: known[0].value, last: known[known.length - 1].value, count: known.length }) : name;
  const title = unit ? `${name} (${unit})` : name;
  return (
    <details className="trend">
      <summary>
        <span className="trend-name">{name}</span>
        <span className="trend-last"><b>{last.value}</b> {unit} <small>{formatDate(last.on, language)}</small></span>
        {isLine && <Small points={known} label={label} />}
      </summary>
      <ChartFrame name={name} summary={label} drawn={isLine} cells={() => [[t('cases.date'), title], ...sorted.map((point) => [point.on.slice(0, 10), point.value])]}
        chart={(picture) => isLine && <Large title={title} points={known} label={label} picture={picture} />} />
      <table>
        <caption className="only-read">{name}</caption>
        <tbody>{[...sorted].reverse().map((point, index) => <tr key={index}><th scope="row">{formatDate(point.on, language)}</th><td className="number">{point.value} {unit}</td></tr>)}</tbody>
      </table>
    </details>
  );
}
