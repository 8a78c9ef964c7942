// What leaves the county: disease groups by destination, in cases and money, against last year.
import { useState } from 'react';
import { useLeak } from '../../api/queries';
import type { Leak, LeakRow } from '../../api/types';
import { usePeriod } from '../../app/period';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatChange, formatCount, formatMoney, formatPercent, formatPeriod, none, toNumber } from '../../lib/format';
import { yearBefore } from '../../lib/period';
import { changeSearch, hrefWith, Link, navigate, usePlace } from '../../router/router';
import { casesHref } from '../../router/places';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { StackedBars } from '../../ui/charts';
import { CasesLink } from '../../ui/CasesLink';
import { ChartFrame } from '../../ui/ChartFrame';
import { Choice } from '../../ui/Choice';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import { destinationColours } from '../../ui/charts/look';
import { knownDestinations, useNames } from '../../ui/names';
import { Panel } from '../../ui/Panel';
import { Answer, Empty } from '../../ui/states';
import { GroupSheet } from './GroupSheet';
import { amountOf, isRest, leakMeasure, shareOut, type LeakBy } from './leak';

const barsShown = 12;

export default function LeakPage() {
  const { t } = useWords();
  const language = useLanguage();
  const { search } = usePlace();
  const period = usePeriod() ?? '';
  const care = search.get('care') === 'all' ? 'all' : 'inpatient';
  const leak = useLeak(period, care);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('leak.title')}<span className="page-period">{formatPeriod(period, language)}</span></h1>
        <Choice label={t('leak.care')} value={care} options={[['inpatient', t('care.inpatient')], ['all', t('care.all')]]}
          onChange={(value) => changeSearch({ care: value === 'inpatient' ? null : value })} />
      </div>
      <Answer of={leak} lines={12} tall>{(data) => <Content leak={data} care={care} />}</Answer>
    </div>
  );
}

function Content({ leak, care }: { leak: Leak; care: string }) {
  const { t } = useWords();
  const { search } = usePlace();
  const [by, setBy] = useState<LeakBy>('cases');
  // Groups first, the rest of everything last: nobody can act on "other".
  const rows = [...leak.rows].sort((a, b) => Number(isRest(a)) - Number(isRest(b)) || amountOf(b, by) - amountOf(a, by));
  const open = rows.find((row) => row.diseaseGroup === search.get('group'));
  if (leak.totals.cases === 0) return <Empty title={t('leak.none')} />;
  return (
    <>
      <Totals leak={leak} care={care} />
      <LeakBars leak={leak} rows={rows} by={by} setBy={setBy} care={care} />
      <LeakTable leak={leak} rows={rows} by={by} setBy={setBy} care={care} />
      {open && <GroupSheet row={open} period={leak.period} care={care} />}
    </>
  );
}

function Totals({ leak, care }: { leak: Leak; care: string }) {
  const { t } = useWords();
  const language = useLanguage();
  const me = useMe();
  const { totals, period } = leak;
  const out = { measure: leakMeasure(care), period, judgement: 'not_met' };
  const before = yearBefore(period);
  const growth = totals.casesOutPrevious > 0 ? totals.casesOut / totals.casesOutPrevious - 1 : null;
  const facts: [string, string, string | null][] = [
    [t('leak.casesOut'), formatCount(totals.casesOut), casesHref(out)],
    [t('leak.shareOut'), formatPercent(shareOut(totals)), casesHref(out)],
    [t('leak.fundOut'), formatMoney(totals.fundOut, language), casesHref(out)],
    [t('leak.amountOut'), formatMoney(totals.amountOut, language), casesHref(out)],
    // Against these; what it is now stands before it.
    [t('leak.change'), growth === null ? none : `${growth > 0 ? '+' : ''}${formatPercent(growth)}`, growth === null || !before ? null : casesHref({ ...out, period: before })],
  ];
  return (
    <dl className="figures">
      {facts.map(([label, value, href]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{href && may(me, 'cases') ? <Link to={href}>{value}</Link> : value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface PartProps {
  leak: Leak;
  rows: LeakRow[];
  by: LeakBy;
  setBy: (by: LeakBy) => void;
  care: string;
}

// Where it goes, in the order of distance; care inside the county is not a leak.
function outsideOf(leak: Leak): string[] {
  const seen = new Set(leak.rows.flatMap((row) => row.destinations.map((destination) => destination.destination)));
  return [...knownDestinations, ...[...seen].filter((each) => !knownDestinations.includes(each))].filter((each) => seen.has(each) && !each.startsWith('in-county'));
}

function useByChoice(by: LeakBy, setBy: (by: LeakBy) => void) {
  const { t } = useWords();
  return (
    <Choice label={t('common.countBy')} value={by} onChange={setBy}
      options={[['cases', t('common.byCases')], ['fund', t('leak.byFund')], ['amount', t('common.byAmount')]]} />
  );
}

function useDestinationName(leak: Leak): (id: string) => string {
  const names = useNames();
  const text = useText();
  const given = new Map(leak.rows.flatMap((row) => row.destinations.map((each) => [each.destination, each.name] as const)));
  return (id) => text(given.get(id)) || names.destination(id);
}

function LeakBars({ leak, rows, by, setBy, care }: PartProps) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const me = useMe();
  const nameOf = useDestinationName(leak);
  const choice = useByChoice(by, setBy);
  const outside = outsideOf(leak);
  const shown = rows.filter((row) => row.casesOut > 0 && !isRest(row)).slice(0, barsShown);
  const format = (value: number) => (by === 'cases' ? formatCount(value) : formatMoney(value, language));
  const valueOf = (row: LeakRow, destination: string) => {
    const found = row.destinations.find((each) => each.destination === destination);
    return found ? toNumber(found[by]) ?? 0 : 0;
  };
  const question = (row: LeakRow, destination: string) => ({ measure: leakMeasure(care), period: leak.period, diseaseGroup: row.diseaseGroup, destination });
  const columns: Column<LeakRow>[] = [
    { key: 'group', title: t('common.diseaseGroup'), rowHeader: true, render: (row) => text(row.name), csv: (row) => text(row.name) },
    ...outside.map((id): Column<LeakRow> => ({
      key: id, title: nameOf(id), number: true, csv: (row) => valueOf(row, id), sortBy: (row) => valueOf(row, id),
      render: (row) => <CasesLink question={valueOf(row, id) > 0 ? question(row, id) : null}>{format(valueOf(row, id))}</CasesLink>,
    })),
  ];
  if (shown.length === 0) return null;
  const summary = t('leak.barsSummary', { group: text(shown[0].name), value: by === 'cases' ? t('common.cases', { count: amountOf(shown[0], by), shown: format(amountOf(shown[0], by)) }) : format(amountOf(shown[0], by)) });
  return (
    <Panel title={t('leak.bars')} note={summary}>
      <ChartFrame name={t('leak.bars')} summary={summary} tools={choice} cells={() => tableCells(columns, shown)}
        table={<DataTable caption={t('leak.bars')} columns={columns} rows={shown} rowKey={(row) => row.diseaseGroup} />}
        chart={(picture) => (
          <StackedBars
            categories={shown.map((row) => text(row.name))}
            stacks={outside.map((id) => ({ name: nameOf(id), colour: destinationColours[id] ?? '#6b7780', values: shown.map((row) => valueOf(row, id)) }))}
            format={format} label={summary} picture={picture}
            onPick={may(me, 'cases') ? (stack, category) => navigate(casesHref(question(shown[category], outside[stack]))) : undefined}
          />
        )} />
    </Panel>
  );
}

function LeakTable({ leak, rows, by, setBy, care }: PartProps) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const me = useMe();
  const nameOf = useDestinationName(leak);
  const choice = useByChoice(by, setBy);
  const outside = outsideOf(leak);
  const measure = leakMeasure(care);
  const format = (value: string | number) => (by === 'cases' ? formatCount(value) : formatMoney(value, language));
  const total: LeakRow = { ...leak.totals, diseaseGroup: '*', name: { zh: t('common.total'), en: t('common.total') }, institutions: [] };
  const most = Math.max(1, ...rows.flatMap((row) => row.destinations.filter((each) => outside.includes(each.destination)).map((each) => toNumber(each[by]) ?? 0)));
  const before = yearBefore(leak.period);
  const open = (row: LeakRow, filters: { judgement?: string; destination?: string; period?: string }, words: string) => {
    if (!may(me, 'cases') || row.diseaseGroup === '' || words === none) return words;
    const diseaseGroup = row.diseaseGroup === '*' ? undefined : row.diseaseGroup;
    return <Link to={casesHref({ measure, period: leak.period, diseaseGroup, ...filters })}>{words}</Link>;
  };
  const at = (row: LeakRow, id: string) => row.destinations.find((each) => each.destination === id);
  const changeOf = (row: LeakRow) => (leak.totals.casesOutPrevious === 0 ? null : row.casesOut - row.casesOutPrevious);
  const columns: Column<LeakRow>[] = [
    { key: 'group', title: t('common.diseaseGroup'), rowHeader: true, csv: (row) => text(row.name), sortBy: (row) => text(row.name),
      render: (row) => (row.diseaseGroup === '*' || row.diseaseGroup === '' ? text(row.name) : <Link to={hrefWith({ group: row.diseaseGroup })}>{text(row.name)}</Link>) },
    { key: 'casesOut', title: t('leak.casesOut'), number: true, render: (row) => open(row, { judgement: 'not_met' }, formatCount(row.casesOut)), csv: (row) => row.casesOut, sortBy: (row) => row.casesOut },
    { key: 'shareOut', title: t('leak.shareOut'), number: true, render: (row) => open(row, { judgement: 'not_met' }, formatPercent(shareOut(row))), csv: (row) => shareOut(row), sortBy: shareOut },
    { key: 'cases', title: t('leak.cases'), number: true, render: (row) => open(row, {}, formatCount(row.cases)), csv: (row) => row.cases, sortBy: (row) => row.cases },
    { key: 'casesIn', title: t('leak.casesIn'), number: true, render: (row) => open(row, { judgement: 'met' }, formatCount(row.casesIn)), csv: (row) => row.casesIn, sortBy: (row) => row.casesIn },
    ...outside.map((id): Column<LeakRow> => ({
      key: id, title: nameOf(id), number: true, csv: (row) => at(row, id)?.[by] ?? 0, sortBy: (row) => toNumber(at(row, id)?.[by]) ?? 0,
      render: (row) => {
        const found = at(row, id);
        return found && found.cases > 0 ? open(row, { destination: id }, format(found[by])) : <span className="faint">0</span>;
      },
      // Darker where more goes; pale enough that the figures stay readable.
      style: (row) => (row.diseaseGroup === '*' ? undefined : { backgroundColor: `rgba(11,95,102,${(0.3 * Math.sqrt((toNumber(at(row, id)?.[by]) ?? 0) / most)).toFixed(3)})` }),
    })),
    { key: 'fundOut', title: t('leak.fundOut'), number: true, render: (row) => open(row, { judgement: 'not_met' }, formatMoney(row.fundOut, language)), csv: (row) => row.fundOut, sortBy: (row) => toNumber(row.fundOut) },
    { key: 'amountOut', title: t('leak.amountOut'), number: true, render: (row) => open(row, { judgement: 'not_met' }, formatMoney(row.amountOut, language)), csv: (row) => row.amountOut, sortBy: (row) => toNumber(row.amountOut) },
    { key: 'change', title: t('leak.change'), number: true, csv: changeOf, sortBy: changeOf,
      render: (row) => {
        const change = changeOf(row);
        if (change === null) return none;
        const words = formatChange(change, '{case}', language);
        return (
          <span className={change > 0 ? 'tone-bad' : change < 0 ? 'tone-good' : undefined}>
            {before && row.casesOutPrevious > 0 ? open(row, { judgement: 'not_met', period: before }, words) : words}
          </span>
        );
      } },
  ];
  return (
    <Panel title={t('leak.table')} note={t('leak.tableNote')}>
      <ChartFrame name={`${t('leak.table')} ${leak.period}`} summary={t('leak.tableNote')} drawn={false} tools={choice} cells={() => tableCells(columns, [...rows, total])}
        chart={() => <DataTable caption={t('leak.table')} columns={columns} rows={rows} rowKey={(row) => row.diseaseGroup} footer={total} />} />
    </Panel>
  );
}
