// One gap: how far from the target, what carries it, what is done about it, and whether that worked.
import type { Carrier, Gap } from '../../api/types';
import { useGap } from '../../api/queries';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatCount, formatDate, formatMoney, formatPercent, formatPeriod, formatValue, none, toNumber } from '../../lib/format';
import { spanOf } from '../../lib/period';
import { casesHref, definitionHref } from '../../router/places';
import { changeSearch, hrefTo, hrefWith, Link, navigate, usePlace } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { GapState } from '../../ui/badges';
import { TrendChart } from '../../ui/charts';
import { ChartFrame } from '../../ui/ChartFrame';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { standing } from '../../ui/judge';
import { useDefinitions, useNames } from '../../ui/names';
import { Panel } from '../../ui/Panel';
import { Answer, Empty } from '../../ui/states';
import { ActionCard } from './ActionCard';
import { ApproveSheet } from './ApproveSheet';
import { ComparisonPanel } from './ComparisonPanel';
import { useOwnerName } from './owner';
import { scaleOfGap } from './scale';

export default function GapPage({ id }: { id: string }) {
  const { t } = useWords();
  const gap = useGap(id);
  return (
    <div className="page gap-page">
      <p className="crumb no-print">
        <Link to={hrefTo('/gaps')}>
          <Icon name="back" size={14} />
          {t('gaps.title')}
        </Link>
      </p>
      <Answer of={gap} lines={12} tall>{(data) => <Content gap={data} />}</Answer>
    </div>
  );
}

function Content({ gap }: { gap: Gap }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const me = useMe();
  const { search } = usePlace();
  const ownerName = useOwnerName();
  const definition = useDefinitions().get(gap.measure);
  const unit = definition?.unit ?? '1';
  const show = (value: string | null | undefined) => formatValue(value, unit, language);
  const org = definition && definition.subject !== 'county' ? gap.subject : undefined;
  const question = (period: string) => ({ measure: gap.measure, period, org, diseaseGroup: gap.diseaseGroup || undefined });
  const value = (period: string, words: string) => (may(me, 'cases') ? <Link to={casesHref(question(period))}>{words}</Link> : words);
  const state = standing(gap.latest.value, gap.target, definition?.direction);
  const mayDecide = may(me, 'decide');
  const scale = scaleOfGap(gap);
  return (
    <>
      <div className="page-head">
        <h1>
          {text(gap.measureName)}
          <span className="page-period">
            {gap.subjectName}
            {gap.diseaseGroup && ` · ${text(gap.diseaseGroupName)}`}
          </span>
        </h1>
        <div className="page-head-tools">
          <GapState state={gap.state} />
          <button type="button" className="tool no-print" onClick={() => window.print()}>
            <Icon name="print" size={16} />
            {t('common.print')}
          </button>
        </div>
      </div>
      <dl className="figures">
        <div>
          <dt>{t('gaps.latest')} <span className="faint">{formatPeriod(gap.latest.period, language)}</span></dt>
          <dd>
            {value(gap.latest.period, show(gap.latest.value))}
            {state !== 'none' && <span className={`badge standing-${state}`}>{t(`standing.${state}`)}</span>}
          </dd>
        </div>
        <div>
          <dt>{t('common.target')}</dt>
          <dd>{show(gap.target)}</dd>
        </div>
        <div>
          <dt>{t('gaps.baseline')} <span className="faint">{formatPeriod(gap.baseline.period, language)}</span></dt>
          <dd>{value(gap.baseline.period, show(gap.baseline.value))}</dd>
        </div>
        <div>
          <dt>{t('gaps.opened')}</dt>
          <dd>{formatDate(gap.openedOn, language)}</dd>
        </div>
        {gap.closedOn && (
          <div>
            <dt>{t('gaps.closed')}</dt>
            <dd>{formatDate(gap.closedOn, language)}</dd>
          </div>
        )}
        <div>
          <dt>{t('action.owner')}</dt>
          <dd>{ownerName(gap.owner) || none}</dd>
        </div>
      </dl>
      <div className="columns">
        <Trend gap={gap} unit={unit} show={show} question={question} />
        <Carriers gap={gap} org={org} direction={definition?.direction} />
      </div>
      {gap.comparison && (
        <ComparisonPanel title={t('comparison.title')} comparison={gap.comparison} unit={unit} direction={definition?.direction} scale={scale}
          peers={gap.diseaseGroup ? 'group' : definition?.subject === 'county' ? 'county' : 'hospital'} />
      )}
      <Panel
        title={t('gaps.actions')}
        tools={
          mayDecide && gap.state !== 'closed' && (
            <button type="button" className="tool tool-strong no-print" onClick={() => changeSearch({ approve: '1' })}>
              <Icon name="plus" size={16} />
              {t('action.approve')}
            </button>
          )
        }
      >
        {gap.actions.length === 0 ? (
          <Empty title={t('action.none')} icon="clock"><p>{mayDecide ? t('action.noneHow') : t('action.noneWait')}</p></Empty>
        ) : (
          <div className="action-cards">
            {gap.actions.map((action) => <ActionCard key={action.id} action={action} unit={unit} direction={definition?.direction} mayDecide={mayDecide} scale={scale} subject={definition?.subject} measure={text(gap.measureName)} />)}
          </div>
        )}
      </Panel>
      <p className="faint frozen">
        {t('gaps.frozen', { edition: gap.edition, hash: gap.definitionHash.slice(0, 12) })} <Link to={definitionHref(gap.measure)}>{t('definition.full')}</Link>
      </p>
      {mayDecide && search.get('approve') === '1' && gap.state !== 'closed' && (
        <ApproveSheet gap={gap} unit={unit} onClose={() => changeSearch({ approve: null }, { replace: true })} />
      )}
    </>
  );
}

// Beside the table of what carries the gap the chart is as tall as that; alone on a phone it is not.
const chartHeight = (): number => (window.innerWidth > 1120 ? 400 : 260);

function Trend({ gap, unit, show, question }: {
  gap: Gap; unit: string; show: (value: string | null) => string; question: (period: string) => Parameters<typeof casesHref>[0];
}) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const me = useMe();
  const first = gap.trend[0];
  const last = gap.trend[gap.trend.length - 1];
  if (!first || !last) return <Panel title={t('gaps.trend')}><Empty title={t('gaps.noTrend')} /></Panel>;
  const columns: Column<Gap['trend'][number]>[] = [
    { key: 'period', title: t('common.period'), rowHeader: true, render: (point) => formatPeriod(point.period, language), csv: (point) => point.period, sortBy: (point) => point.period },
    { key: 'value', title: text(gap.measureName), number: true, csv: (point) => point.value, sortBy: (point) => toNumber(point.value),
      render: (point) => (may(me, 'cases') ? <Link to={casesHref(question(point.period))}>{show(point.value)}</Link> : show(point.value)) },
    { key: 'numerator', title: t('definition.numerator'), number: true, render: (point) => formatCount(point.numerator), csv: (point) => point.numerator },
    { key: 'denominator', title: t('definition.denominator'), number: true, render: (point) => formatCount(point.denominator), csv: (point) => point.denominator },
  ];
  const summary = t('gaps.trendSummary', {
    from: formatPeriod(first.period, language), fromValue: show(first.value), to: formatPeriod(last.period, language), toValue: show(last.value), target: show(gap.target),
  });
  const spans = (gap.comparison ? [[gap.comparison.before.period, t('comparison.before')], [gap.comparison.after.period, t('comparison.after')]] : [])
    .flatMap(([period, words]) => {
      const span = spanOf(period);
      return span ? [{ from: span[0], to: span[1], words }] : [];
    });
  const marks = gap.actions.filter((action) => action.startedOn && action.status !== 'cancelled')
    .map((action) => ({ period: (action.startedOn ?? '').slice(0, 7), words: text(action.typeName) }));
  return (
    <Panel title={t('gaps.trend')}>
      <ChartFrame name={`${text(gap.measureName)} ${t('gaps.trend')}`} summary={summary} cells={() => tableCells(columns, gap.trend)}
        table={<DataTable caption={t('gaps.trend')} columns={columns} rows={gap.trend} rowKey={(point) => point.period} />}
        chart={(picture) => (
          <TrendChart height={chartHeight()} series={[{ name: text(gap.measureName), points: gap.trend }]} unit={unit} target={gap.target} marks={marks} spans={spans} label={summary}
            picture={picture} onPick={may(me, 'cases') ? (_, period) => navigate(casesHref(question(period))) : undefined} />
        )} />
    </Panel>
  );
}

function Carriers({ gap, org, direction }: { gap: Gap; org: string | undefined; direction: string | undefined }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const names = useNames();
  const me = useMe();
  const judgement = direction === 'down' ? 'met' : 'not_met';
  // Bars beside each other: the largest fills its place.
  const largest = Math.max(...gap.carriers.map((carrier) => toNumber(carrier.share) ?? 0), 0.000001);
  const columns: Column<Carrier>[] = [
    { key: 'group', title: t('gaps.carrier'), rowHeader: true, wide: true,
      render: (carrier) => (
        <>
          {text(carrier.diseaseGroupName) || names.diseaseGroup(carrier.diseaseGroup)}
          {carrier.destination && <span className="toward"> → {text(carrier.destinationName) || names.destination(carrier.destination)}</span>}
        </>
      ) },
    { key: 'cases', title: t('common.byCases'), number: true, csv: (carrier) => carrier.cases, sortBy: (carrier) => toNumber(carrier.cases),
      render: (carrier) => {
        const words = formatCount(carrier.cases);
        if (!may(me, 'cases') || carrier.diseaseGroup === '') return words;
        return (
          <Link to={casesHref({ measure: gap.measure, period: gap.latest.period, org, diseaseGroup: carrier.diseaseGroup, destination: carrier.destination || undefined, judgement })}>
            {words}
          </Link>
        );
      } },
    ...(gap.carriers.every((carrier) => carrier.amount === '') ? [] : [{ key: 'amount', title: t('common.amount'), number: true, csv: (carrier: Carrier) => carrier.amount, sortBy: (carrier: Carrier) => toNumber(carrier.amount), render: (carrier: Carrier) => formatMoney(carrier.amount, language) }]),
    { key: 'share', title: t('gaps.share'), number: true, csv: (carrier) => carrier.share, sortBy: (carrier) => toNumber(carrier.share),
      render: (carrier) => (
        <span className="bar-cell">
          <span className="bar" style={{ width: `${Math.min(100, Math.max(0, ((toNumber(carrier.share) ?? 0) / largest) * 100))}%` }} aria-hidden="true" />
          <span>{formatPercent(carrier.share)}</span>
        </span>
      ) },
  ];
  return (
    <Panel title={t('gaps.carriers')} note={t('gaps.carriersNote')} tools={<Link className="no-print" to={hrefWith({ period: null }, '/leak', new URLSearchParams())}>{t('overview.toLeak')}</Link>}>
      {gap.carriers.length === 0
        ? <Empty title={t('gaps.noCarriers')} />
        : <DataTable caption={t('gaps.carriers')} columns={columns} rows={gap.carriers} rowKey={(carrier) => `${carrier.diseaseGroup}|${carrier.destination}`} />}
    </Panel>
  );
}
