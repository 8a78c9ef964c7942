// Readings of one kind as a line over their days, with the last one in words and all of them as a table.
import { useLanguage, useWords } from '../../i18n';
import { formatDate, toNumber } from '../../lib/format';
import type { Reading } from '../../care/types';
import { line } from './timeline';

const width = 260;
const height = 56;
const inset = 6;

export function TrendLine({ name, unit, points }: { name: string; unit: string; points: Reading[] }) {
  const { t } = useWords();
  const language = useLanguage();
  const sorted = [...points].sort((a, b) => a.on.localeCompare(b.on));
  const last = sorted[sorted.length - 1];
  if (!last) return null;
  const known = sorted.map((point) => ({ on: point.on, value: toNumber(point.value) })).filter((point): point is { on: string; value: number } => point.value !== null);
  const places = line(known).map(({ x, y }) => ({ x: inset + x * (width - 2 * inset), y: height - inset - y * (height - 2 * inset) }));
  const path = places.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
  const end = places[places.length - 1];
  return (
    <details className="trend">
      <summary>
        <span className="trend-name">{name}</span>
        <span className="trend-last"><b>{last.value}</b> {unit} <small>{formatDate(last.on, language)}</small></span>
        {places.length > 1 && (
          <svg viewBox={`0 0 ${width} ${height}`} className="trend-picture" role="img" aria-label={t('patient.trendLabel', { name, first: known[0].value, last: known[known.length - 1].value, count: known.length })}>
            <path d={path} className="sparkline-line" />
            {places.map(({ x, y }, index) => <circle key={index} cx={x} cy={y} r={2.2} className="trend-point" />)}
            {end && <circle cx={end.x} cy={end.y} r={4} className="trend-point" />}
          </svg>
        )}
      </summary>
      <table>
        <caption className="only-read">{name}</caption>
        <tbody>{[...sorted].reverse().map((point, index) => <tr key={index}><th scope="row">{formatDate(point.on, language)}</th><td className="number">{point.value} {unit}</td></tr>)}</tbody>
      </table>
    </details>
  );
}
