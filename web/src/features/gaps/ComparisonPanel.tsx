// Before → after against comparable units: the verdict, the same in one plain sentence, the numbers, the intervals.
import type { CasesQuestion } from '../../api/queries';
import type { Comparison, MeasureDefinition } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { changeUnit, formatBareChange, formatChange, formatCount, formatPart, formatPeriod, formatValue, toNumber } from '../../lib/format';
import { VerdictBadge } from '../../ui/badges';
import { CasesLink } from '../../ui/CasesLink';
import { DataTable, type Column } from '../../ui/DataTable';
import { tone } from '../../ui/judge';
import { useDefinitions } from '../../ui/names';
import { Panel } from '../../ui/Panel';
import { numeratorCases } from '../../ui/parts';
import { IntervalPlot, type IntervalRow } from './IntervalPlot';
import { expectedChange, type Scale } from './scale';

interface ComparisonProps {
  comparison: Comparison;
  // Of which measure, and to which cases its values of a period open.
  measure: string;
  question: (period: string) => CasesQuestion;
  unit: string;
  direction: MeasureDefinition['direction'] | undefined;
  scale: Scale;
  // What it is compared with: other disease groups of the same county, other hospitals, other counties.
  peers: 'group' | 'hospital' | 'county';
  expectedValue?: string | null;
  // What is counted, where it is not the whole of the page.
  of?: string;
}

// The server's reason is half a sentence.
const sentence = (words: string, language: string): string => (words === '' ? '' : `${words[0].toUpperCase()}${words.slice(1)}${language === 'zh' ? '。' : '.'}`);

export function ComparisonPanel({ title, ...rest }: ComparisonProps & { title: string }) {
  return (
    <Panel title={title} tools={<VerdictBadge verdict={rest.comparison.verdict} />}>
      <ComparisonView {...rest} />
    </Panel>
  );
}

export function ComparisonView({ comparison, measure, question, unit, direction, scale, peers, expectedValue, of }: ComparisonProps) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const change = (value: string | number | null) => formatChange(value, unit, language);
  const definition = useDefinitions().get(question('').measure);
  const expected = expectedChange(comparison, expectedValue);
  const peerWords = t(`peers.${peers}`, { count: comparison.comparableUnits });
  const rows: IntervalRow[] = [
    { label: t('comparison.change'), value: toNumber(comparison.change), low: toNumber(comparison.changeLow), high: toNumber(comparison.changeHigh), kind: 'own' },
    { label: t('comparison.comparable', { peers: peerWords }), value: toNumber(comparison.comparableChange), low: null, high: null, kind: 'other' },
    // With nothing to compare with, the own change is all that is known.
    { label: t('comparison.effect'), value: comparison.comparableUnits === 0 ? null : toNumber(comparison.effect), low: toNumber(comparison.effectLow), high: toNumber(comparison.effectHigh), kind: 'effect' },
  ];
  const columns: Column<Comparison['comparable'][number]>[] = [
    { key: 'name', title: t(`peerUnit.${peers}`), rowHeader: true, render: (each) => text(each.name), sortBy: (each) => text(each.name) },
    { key: 'change', title: t('common.change'), number: true, render: (each) => change(each.change), sortBy: (each) => toNumber(each.change) },
  ];
  const figure = (when: string, point: Comparison['before']) => (
    <div>
      <span className="faint">{when} · {formatPeriod(point.period, language)}</span>
      <CasesLink className="figure" question={question(point.period)}>{formatValue(point.value, unit, language)}</CasesLink>
      {unit === '1' && (
        <span className="faint">
          <CasesLink question={numeratorCases(definition, question(point.period))}>{formatPart(point.numerator, false, language)}</CasesLink>
          {' / '}
          <CasesLink question={question(point.period)}>{formatCount(point.denominator)}</CasesLink>
        </span>
      )}
    </div>
  );
  return (
    <div className="comparison">
      <p className={`verdict verdict-box-${comparison.verdict}`}>
        <strong>{t(`verdictLong.${comparison.verdict}`)}</strong> <span>{sentence(text(comparison.why), language)}</span>
      </p>
      {of && <p className="comparison-of">{of}</p>}
      <div className="before-after">
        {figure(t('comparison.before'), comparison.before)}
        <span className="arrow" aria-hidden="true">→</span>
        {figure(t('comparison.after'), comparison.after)}
        <div>
          <span className="faint">{t('common.change')}</span>
          <span className={`figure tone-${tone(toNumber(comparison.change), direction)}`}>{change(comparison.change)}</span>
        </div>
        {expected !== null && (
          <div>
            <span className="faint">{t('comparison.expected')}</span>
            <span className="figure">{formatValue(expectedValue, unit, language)}</span>
            <span className="faint">{change(expected)}</span>
          </div>
        )}
      </div>
      <IntervalPlot name={of ?? measure} rows={rows} scale={scale} expected={expected} show={(value) => change(value)} showBare={(value) => formatBareChange(value, unit, language)}
        unitWords={changeUnit(unit, language)} better={direction === 'up' || direction === 'down' ? direction : null} />
      {([['gained', comparison.gained], ['lost', comparison.lost]] as const).map(([which, items]) => items && items.length > 0 && (
        <details key={which} className="fold" open>
          <summary>{t(`changedItems.${which}`, { count: items.length })}</summary>
          <p>{items.map((item) => text(item)).join(language === 'zh' ? '、' : ', ')}</p>
        </details>
      ))}
      {comparison.comparable.length > 0 && (
        <details className="fold">
          <summary>{t('comparison.units', { peers: t(`peers.${peers}`, { count: comparison.comparable.length }) })}</summary>
          <p className="faint">{t(`peersWhy.${peers}`)}</p>
          <DataTable caption={t('comparison.units', { peers: t(`peers.${peers}`, { count: comparison.comparable.length }) })} columns={columns} rows={comparison.comparable} rowKey={(each) => `${each.name.zh}|${each.change}`} />
        </details>
      )}
    </div>
  );
}
