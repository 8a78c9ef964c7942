// Changes with their 95 % intervals over one labelled scale: an interval that reaches zero may be chance.
import { useEffect, useImperativeHandle, useRef, useState } from 'react';
import { useWords } from '../../i18n';
import { svgAsPng } from '../../lib/download';
import { ChartFrame, type PictureRef } from '../../ui/ChartFrame';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import type { Scale } from './scale';

export interface IntervalRow {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  kind: 'own' | 'other' | 'effect';
}

interface IntervalPlotProps {
  // Of what: the measure, and the disease group.
  name: string;
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

export function IntervalPlot(props: IntervalPlotProps) {
  const { t } = useWords();
  const { name, show, expected } = props;
  const rows = props.rows.filter((row) => row.value !== null);
  if (rows.length === 0) return null;
  const columns: Column<IntervalRow>[] = [
    { key: 'label', title: t('comparison.picture'), rowHeader: true, wide: true, render: (row) => row.label, csv: (row) => row.label },
    { key: 'value', title: t('common.change'), number: true, render: (row) => show(row.value), csv: (row) => row.value },
    { key: 'low', title: t('comparison.low'), number: true, render: (row) => show(row.low), csv: (row) => row.low },
    { key: 'high', title: t('comparison.high'), number: true, render: (row) => show(row.high), csv: (row) => row.high },
  ];
  const promised: IntervalRow[] = expected === null ? [] : [{ label: t('comparison.expected'), value: expected, low: null, high: null, kind: 'other' }];
  const summary = rows.map((row) => `${row.label} ${show(row.value)}${endsOf(row, props, t)}`).join('; ');
  return (
    <ChartFrame name={`${name} ${t('comparison.picture')}`} summary={summary} cells={() => tableCells(columns, [...rows, ...promised])}
      table={<DataTable caption={t('comparison.picture')} columns={columns} rows={[...rows, ...promised]} rowKey={(row) => row.label} cards />}
      chart={(picture) => <Grid {...props} rows={rows} picture={picture} />} />
  );
}

type Words = ReturnType<typeof useWords>['t'];

function endsOf(row: IntervalRow, { show, showBare }: Pick<IntervalPlotProps, 'show' | 'showBare'>, t: Words): string {
  return row.low !== null && row.high !== null ? `, ${t('comparison.between', { low: showBare(row.low), high: show(row.high) })}` : '';
}

// The picture that is taken away: on its own, so with its name, and as wide on a telephone as elsewhere. Drawn when it is asked for.
function usePicture(picture: PictureRef, props: IntervalPlotProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [asked, setAsked] = useState<{ take: (blob: Blob) => void; fail: (problem: unknown) => void } | null>(null);
  useImperativeHandle(picture, () => ({ png: () => new Promise<Blob>((take, fail) => setAsked({ take, fail })) }), []);
  useEffect(() => {
    if (asked && svg.current) void svgAsPng(svg.current).then(asked.take, asked.fail).finally(() => setAsked(null));
  }, [asked]);
  return asked && <Taken svg={svg} {...props} />;
}

const takenWidth = 760;
const takenMargin = 24;
const takenTop = 44;
const takenRow = 56;

function Taken({ svg, name, rows, scale, expected, show, showBare, unitWords }: IntervalPlotProps & { svg: { current: SVGSVGElement | null } }) {
  const { t } = useWords();
  const { low, high } = scale;
  const at = (value: number) => takenMargin + ((value - low) / (high - low)) * (takenWidth - 2 * takenMargin);
  const bottom = takenTop + rows.length * takenRow;
  const height = bottom + (expected === null ? 40 : 62);
  return (
    <svg ref={svg} className="interval-taken" width={takenWidth} height={height} viewBox={`0 0 ${takenWidth} ${height}`} aria-hidden="true">
      <text className="interval-taken-title" x={takenMargin} y="24">{`${name} · ${t('comparison.picture')}`}</text>
      {rows.map((row, index) => (
        <g key={row.kind} className={`interval-${row.kind}`} transform={`translate(0 ${takenTop + index * takenRow})`}>
          <text className="interval-taken-words" x={takenMargin} y="12">{`${row.label}  ${show(row.value)}${endsOf(row, { show, showBare }, t)}`}</text>
          <g transform="translate(0 20)">
            {scale.ticks.map((tick) => <line key={tick} className={tick === 0 ? 'interval-zero' : 'interval-tick'} x1={at(tick)} x2={at(tick)} y1="0" y2={rowHeight} />)}
            {expected !== null && <line className="interval-expected" x1={at(expected)} x2={at(expected)} y1="0" y2={rowHeight} />}
            {row.low !== null && row.high !== null && <Whisker from={String(at(row.low))} to={String(at(row.high))} />}
            {row.value !== null && <circle className="interval-point" cx={at(row.value)} cy={middle} r="4" />}
          </g>
        </g>
      ))}
      {scale.ticks.map((tick) => <text key={tick} className="interval-taken-words" x={at(tick)} y={bottom + 8} textAnchor="middle">{showBare(tick)}</text>)}
      <text className="interval-taken-words" x={takenWidth / 2} y={bottom + 26} textAnchor="middle">{unitWords}</text>
      {expected !== null && <text className="interval-taken-words" x={takenMargin} y={bottom + 48}>{`┆ ${t('comparison.expectedMark', { change: show(expected) })}`}</text>}
    </svg>
  );
}

function Grid({ picture, ...props }: IntervalPlotProps & { picture: PictureRef }) {
  const { t } = useWords();
  const { rows: shown, scale, expected, show, showBare, unitWords, better } = props;
  const taken = usePicture(picture, props);
  const { low, high } = scale;
  const at = (value: number) => `${(((value - low) / (high - low)) * 100).toFixed(2)}%`;
  const side = (which: 'low' | 'high') => better && ((which === 'high') === (better === 'up') ? t('comparison.better') : t('comparison.worse'));
  return (
    <div className="intervals">
      {taken}
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
