// Before → after against comparable units: the verdict in words, the numbers, the interval as a picture.
import type { Comparison, MeasureDefinition } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatChange, formatPeriod, formatValue, toNumber } from '../../lib/format';
import { VerdictBadge } from '../../ui/badges';
import { DataTable, type Column } from '../../ui/DataTable';
import { tone } from '../../ui/judge';
import { Panel } from '../../ui/Panel';
import { IntervalPlot, type IntervalRow } from './IntervalPlot';

interface ComparisonProps {
  comparison: Comparison;
  unit: string;
  direction: MeasureDefinition['direction'] | undefined;
}

export function ComparisonPanel({ title, ...rest }: ComparisonProps & { title: string }) {
  return (
    <Panel title={title} tools={<VerdictBadge verdict={rest.comparison.verdict} />}>
      <ComparisonView {...rest} />
    </Panel>
  );
}

export function ComparisonView({ comparison, unit, direction }: ComparisonProps) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const change = (value: string | null) => formatChange(value, unit, language);
  const rows: IntervalRow[] = [
    { label: t('comparison.change'), value: toNumber(comparison.change), low: toNumber(comparison.changeLow), high: toNumber(comparison.changeHigh), kind: 'own' },
    { label: t('comparison.comparable', { count: comparison.comparableUnits }), value: toNumber(comparison.comparableChange), low: null, high: null, kind: 'other' },
    { label: t('comparison.effect'), value: toNumber(comparison.effect), low: toNumber(comparison.effectLow), high: toNumber(comparison.effectHigh), kind: 'effect' },
  ];
  const columns: Column<Comparison['comparable'][number]>[] = [
    { key: 'name', title: t('comparison.unit'), rowHeader: true, render: (each) => text(each.name), sortBy: (each) => text(each.name) },
    { key: 'change', title: t('common.change'), number: true, render: (each) => change(each.change), sortBy: (each) => toNumber(each.change) },
  ];
  return (
    <div className="comparison">
      <p className="verdict">
        <strong>{t(`verdictLong.${comparison.verdict}`)}</strong> <span>{text(comparison.why)}</span>
      </p>
      <div className="before-after">
        <div>
          <span className="faint">{t('comparison.before')} · {formatPeriod(comparison.before.period, language)}</span>
          <span className="figure">{formatValue(comparison.before.value, unit, language)}</span>
        </div>
        <span className="arrow" aria-hidden="true">→</span>
        <div>
          <span className="faint">{t('comparison.after')} · {formatPeriod(comparison.after.period, language)}</span>
          <span className="figure">{formatValue(comparison.after.value, unit, language)}</span>
        </div>
        <div>
          <span className="faint">{t('common.change')}</span>
          <span className={`figure tone-${tone(toNumber(comparison.change), direction)}`}>{change(comparison.change)}</span>
        </div>
      </div>
      <IntervalPlot rows={rows} show={(value) => formatChange(value, unit, language)} />
      {comparison.comparable.length > 0 && (
        <details className="fold">
          <summary>{t('comparison.units', { count: comparison.comparable.length })}</summary>
          <DataTable caption={t('comparison.units', { count: comparison.comparable.length })} columns={columns} rows={comparison.comparable} rowKey={(each) => `${each.name.zh}|${each.change}`} />
        </details>
      )}
    </div>
  );
}
