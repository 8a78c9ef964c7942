// One gap: how far from the target, what carries it, what is done about it, and whether that worked.
import type { Carrier, Gap, MeasureDefinition, MeasureKind } from '../../api/types';
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
import { CasesLink } from '../../ui/CasesLink';
import { ChartFrame } from '../../ui/ChartFrame';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { standing } from '../../ui/judge';
import { MarkSign } from '../../ui/marks';
import { useDefinitions, useNames } from '../../ui/names';
import { Panel } from '../../ui/Panel';
import { numeratorCases } from '../../ui/parts';
import { Answer, Empty } from '../../ui/states';
import { ActionCard } from './ActionCard';
import { ApproveSheet } from './ApproveSheet';
import { ComparisonPanel } from './ComparisonPanel';
import { useOwnerName } from './owner';
import { isOfList, monthOf, rolls } from './items';
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
  const question = (period: string, diseaseGroup = '') => ({ measure: gap.measure, period, org, diseaseGroup: diseaseGroup || gap.diseaseGroup || undefined });
  const value = (period: string, words: string) => (may(me, 'cases') ? <Link to={casesHref(question(period))}>{words}</Link> : words);
  const state = standing(gap.latest.value, gap.target, definition?.direction);
  const mayDecide = may(me, 'decide');
  const scale = scaleOfGap(gap);
  const of = gap.diseaseGroup ? t('comparison.of', { group: text(gap.diseaseGroupName), measure: text(gap.measureName) }) : text(gap.measureName);
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
          <dd>{show(gap.target)} {definition?.target && <MarkSign marks={[definition.target.source.mark]} />}</dd>
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
      {(gap.notes ?? []).map((note) => <p key={note.zh} className="hint" role="note">{text(note)}</p>)}
      <div className="columns">
        <Trend gap={gap} definition={definition} unit={unit} show={show} question={question} />
        {isOfList(gap) ? <Missing gap={gap} /> : <Carriers gap={gap} org={org} kind={definition?.kind} />}
      </div>
      {gap.comparison && (
        <ComparisonPanel title={t('comparison.title')} comparison={gap.comparison} measure={of} question={question} unit={unit} direction={definition?.direction} scale={scale}
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
            {gap.actions.map((action) => <ActionCard key={action.id} action={action} unit={unit} direction={definition?.direction} mayDecide={mayDecide} scale={scale} subject={definition?.subject} measure={text(gap.measureName)} of={of} question={question} />)}
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

function Trend({ gap, definition, unit, show, question }: {
  gap: Gap; definition: MeasureDefinition | undefined; unit: string; show: (value: string | null) => string; question: (period: string) => Parameters<typeof casesHref>[0];
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
      render: (point) => <CasesLink question={question(point.period)}>{show(point.value)}</CasesLink> },
    { key: 'numerator', title: t('definition.numerator'), number: true, csv: (point) => point.numerator,
      render: (point) => <CasesLink question={numeratorCases(definition, question(point.period))}>{formatCount(point.numerator)}</CasesLink> },
    { key: 'denominator', title: t('definition.denominator'), number: true, csv: (point) => point.denominator,
      render: (point) => <CasesLink question={question(point.period)}>{formatCount(point.denominator)}</CasesLink> },
  ];
  const summary = t('gaps.trendSummary', {
    from: formatPeriod(first.period, language), fromValue: show(first.value), to: formatPeriod(last.period, language), toValue: show(last.value), target: show(gap.target),
  });
  // A year stands at the month it ends with, and no part of the picture is one of the two years that are compared.
  const years = rolls(gap.trend);
  const periods = new Map(gap.trend.map((point) => [monthOf(point), point.period]));
  const points = gap.trend.map((point) => ({ ...point, period: monthOf(point) }));
  const title = years ? t('gaps.trendYear') : t('gaps.trend');
  const spans = (gap.comparison && !years ? [[gap.comparison.before.period, t('comparison.before')], [gap.comparison.after.period, t('comparison.after')]] : [])
    .flatMap(([period, words]) => {
      const span = spanOf(period);
      return span ? [{ from: span[0], to: span[1], words }] : [];
    });
  const marks = gap.actions.filter((action) => action.startedOn && action.status !== 'cancelled')
    .map((action) => ({ period: (action.startedOn ?? '').slice(0, 7), words: text(action.typeName) }));
  return (
    <Panel title={title} note={years ? t('gaps.trendYearNote') : undefined}>
      <ChartFrame name={`${text(gap.measureName)} ${title}`} summary={summary} cells={() => tableCells(columns, gap.trend)}
        table={<DataTable caption={title} columns={columns} rows={gap.trend} rowKey={(point) => point.period} />}
        chart={(picture) => (
          <TrendChart height={chartHeight()} series={[{ name: text(gap.measureName), points }]} unit={unit} target={gap.target} marks={marks} spans={spans} label={summary}
            picture={picture} onPick={may(me, 'cases') ? (_, period) => navigate(casesHref(question(periods.get(period) ?? period))) : undefined} />
        )} />
    </Panel>
  );
}

function Carriers({ gap, org, kind }: { gap: Gap; org: string | undefined; kind: MeasureKind | undefined }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const names = useNames();
  // What carries a share's gap are the cases that were not as the measure wants them; of an amount or of days all of the group.
  const question = (carrier: Carrier, judgement: string | undefined) => (carrier.diseaseGroup === '' ? null
    : { measure: gap.measure, period: gap.latest.period, org, diseaseGroup: carrier.diseaseGroup, destination: carrier.destination || undefined, judgement });
  const all = kind === undefined || kind === 'ratio' || kind === 'count' ? 'not_met' : undefined;
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
      render: (carrier) => <CasesLink question={toNumber(carrier.cases) === 0 ? null : question(carrier, 'not_met')}>{formatCount(carrier.cases)}</CasesLink> },
    ...(gap.carriers.every((carrier) => carrier.amount === '') ? [] : [{ key: 'amount', title: t('common.amount'), number: true, csv: (carrier: Carrier) => carrier.amount, sortBy: (carrier: Carrier) => toNumber(carrier.amount), render: (carrier: Carrier) => <CasesLink question={question(carrier, all)}>{formatMoney(carrier.amount, language)}</CasesLink> }]),
    { key: 'share', title: t('gaps.share'), number: true, csv: (carrier) => carrier.share, sortBy: (carrier) => toNumber(carrier.share),
      render: (carrier) => (
        <span className="bar-cell">
          <span className="bar" style={{ width: `${Math.min(100, Math.max(0, ((toNumber(carrier.share) ?? 0) / largest) * 100))}%` }} aria-hidden="true" />
          <span><CasesLink question={question(carrier, all)}>{formatPercent(carrier.share)}</CasesLink></span>
        </span>
      ) },
  ];
  return (
    <Panel title={t('gaps.carriers')} note={t('gaps.carriersNote')} tools={<Link className="no-print" to={hrefWith({ period: null }, '/leak', new URLSearchParams())}>{t('overview.toLeak')}</Link>}>
      {gap.carriers.length === 0
        ? <Empty title={t('gaps.noCarriers')} />
        : <DataTable caption={t('gaps.carriers')} columns={columns} rows={gap.carriers} rowKey={(carrier) => `${carrier.diseaseGroup}|${carrier.destination}|${carrier.diseaseGroupName.zh}`} />}
    </Panel>
  );
}

// A list's gap: the diseases or techniques that are not covered, and who does them meanwhile.
function Missing({ gap }: { gap: Gap }) {
  const { t } = useWords();
  const text = useText();
  const count = (key: string, title: string, of: (carrier: Carrier) => Carrier['cases'] | null | undefined): Column<Carrier> => ({
    key, title, number: true, csv: of, sortBy: (carrier) => toNumber(of(carrier)), render: (carrier) => formatCount(of(carrier)),
  });
  const columns: Column<Carrier>[] = [
    { key: 'item', title: t('gaps.item'), rowHeader: true, wide: true, csv: (carrier) => text(carrier.itemName ?? carrier.diseaseGroupName), sortBy: (carrier) => text(carrier.itemName ?? carrier.diseaseGroupName),
      render: (carrier) => (
        <>
          {text(carrier.itemName ?? carrier.diseaseGroupName)}
          {carrier.specialty && <span className="under">{carrier.specialty}</span>}
        </>
      ) },
    count('cases', t('gaps.ownCases'), (carrier) => carrier.cases),
    count('minimum', t('gaps.minimum'), (carrier) => carrier.casesMinimum),
    count('county', t('gaps.countyCases'), (carrier) => carrier.countyCases),
    count('leaving', t('gaps.leavingCases'), (carrier) => carrier.leavingCases),
  ];
  // A column of which nothing is known says nothing.
  const known = { county: gap.carriers.some((carrier) => carrier.countyCases), leaving: gap.carriers.some((carrier) => carrier.leavingCases) };
  const shown = columns.filter(({ key }) => (key !== 'county' || known.county) && (key !== 'leaving' || known.leaving));
  const title = t('gaps.missing', { count: gap.carriers.length });
  return (
    <Panel title={title} note={known.leaving ? t('gaps.missingNote') : known.county ? t('gaps.leavingUnknown') : t('gaps.countyUnknown')}>
      <DataTable caption={title} columns={shown} rows={gap.carriers} rowKey={(carrier) => carrier.item ?? ''} cards="tight" />
    </Panel>
  );
}
