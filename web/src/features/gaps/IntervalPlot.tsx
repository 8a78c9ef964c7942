// Changes with their 95 % intervals over one labelled scale: an interval that reaches zero may be chance.
import { useWords } from '../../i18n';
import type { Scale } from './scale';

export interface IntervalRow {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  kind: 'own' | 'other' | 'effect';
}

interface IntervalPlotProps {
  rows: IntervalRow[];
  scale: Scale;
  // What was expected of it, as a change.
  expected: number | null;
  // With the unit, for words; without, for the scale.
  show: (value: number | null) => string;
  showBare: (value: number) => string;
  unitWords: string;
  better: 'up' | 'down' | null;
}

const rowHeight = 24;
const middle = rowHeight / 2;

// A line with ends: it is seen even where it is shorter than the dot on it.
function Whisker({ from, to }: { from: string; to: string }) {
  return (
    <g className="interval-line">
      <line x1={from} x2={to} y1={middle} y2={middle} />
      {[from, to].map((end) => <line key={end} x1={end} x2={end} y1={middle - 6} y2={middle + 6} />)}
    </g>
  );
}

export function IntervalPlot({ rows, scale, expected, show, showBare, unitWords, better }: IntervalPlotProps) {
  const { t } = useWords();
  const shown = rows.filter((row) => row.value !== null);
  if (shown.length === 0) return null;
  const { low, high } = scale;
  const at = (value: number) => `${(((value - low) / (high - low)) * 100).toFixed(2)}%`;
  const side = (which: 'low' | 'high') => better && ((which === 'high') === (better === 'up') ? t('comparison.better') : t('comparison.worse'));
  return (
    <div className="intervals">
      <div className="interval-grid" role="table" aria-label={t('comparison.picture')}>
        {shown.map((row) => (
          <div className={`interval interval-${row.kind}`} role="row" key={row.kind}>
            <span className="interval-label" role="rowheader">{row.label}</span>
            <span className="interval-words" role="cell">{show(row.value)}</span>
            <span className="interval-picture" role="presentation">
              <svg width="100%" height={rowHeight} aria-hidden="true">
                {scale.ticks.map((tick) => <line key={tick} className={tick === 0 ? 'interval-zero' : 'interval-tick'} x1={at(tick)} x2={at(tick)} y1="0" y2={rowHeight} />)}
                {expected !== null && <line className="interval-expected" x1={at(expected)} x2={at(expected)} y1="0" y2={rowHeight} />}
                {row.low !== null && row.high !== null && <Whisker from={at(row.low)} to={at(row.high)} />}
                {row.value !== null && <circle className="interval-point" cx={at(row.value)} cy={middle} r="4" />}
              </svg>
            </span>
            <span className="interval-ends" role="cell">
              {row.low !== null && row.high !== null && t('comparison.between', { low: showBare(row.low), high: show(row.high) })}
            </span>
          </div>
        ))}
        <div className="interval-axis" role="presentation" aria-hidden="true">
          <div className="interval-ticks">
            {scale.ticks.map((tick) => <span key={tick} style={{ left: at(tick) }}>{showBare(tick)}</span>)}
          </div>
          <div className="interval-sides">
            <span>{side('low') && low < 0 && `← ${side('low')}`}</span>
            <span>{unitWords}</span>
            <span>{side('high') && high > 0 && `${side('high')} →`}</span>
          </div>
        </div>
      </div>
      <p className="faint interval-key">
        {t('comparison.howToRead')}
        {expected !== null && <> <span className="interval-expected-key" aria-hidden="true" /> {t('comparison.expectedMark', { change: show(expected) })}</>}
      </p>
    </div>
  );
}
