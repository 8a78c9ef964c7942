// Estimates with their 95 % intervals on one line with zero: crossing zero means chance cannot be ruled out.
import { useWords } from '../../i18n';

export interface IntervalRow {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  kind: 'own' | 'other' | 'effect';
}

export function IntervalPlot({ rows, show }: { rows: IntervalRow[]; show: (value: number | null) => string }) {
  const { t } = useWords();
  const shown = rows.filter((row) => row.value !== null);
  if (shown.length === 0) return null;
  const all = [0, ...shown.flatMap((row) => [row.value, row.low, row.high])].filter((value): value is number => value !== null);
  const low = Math.min(...all);
  const high = Math.max(...all);
  const margin = (high - low || 1) * 0.08;
  const at = (value: number) => `${(((value - low + margin) / (high - low + 2 * margin)) * 100).toFixed(2)}%`;
  return (
    <div className="intervals" role="table" aria-label={t('comparison.picture')}>
      {shown.map((row) => {
        const words = row.low !== null && row.high !== null ? t('comparison.interval', { value: show(row.value), low: show(row.low), high: show(row.high) }) : show(row.value);
        return (
          <div className={`interval interval-${row.kind}`} role="row" key={row.kind}>
            <span className="interval-label" role="rowheader">{row.label}</span>
            <span className="interval-picture" role="cell" aria-hidden="true">
              <svg width="100%" height="22">
                <line className="interval-zero" x1={at(0)} x2={at(0)} y1="0" y2="22" />
                {row.low !== null && row.high !== null && <line className="interval-line" x1={at(row.low)} x2={at(row.high)} y1="11" y2="11" />}
                {row.value !== null && <circle className="interval-point" cx={at(row.value)} cy="11" r="5" />}
              </svg>
            </span>
            <span className="interval-words" role="cell">{words}</span>
          </div>
        );
      })}
    </div>
  );
}
