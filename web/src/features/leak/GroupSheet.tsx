// One disease group: where it goes and to whom, each opening to its cases.
import type { LeakRow } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatCount, formatMoney, formatPercent, formatPeriod } from '../../lib/format';
import { casesHref } from '../../router/places';
import { changeSearch, hrefTo, Link } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { DataTable, type Column } from '../../ui/DataTable';
import { useNames } from '../../ui/names';
import { SideSheet } from '../../ui/SideSheet';
import { leakMeasure, shareOut } from './leak';

export function GroupSheet({ row, period, care }: { row: LeakRow; period: string; care: string }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const names = useNames();
  const me = useMe();
  const question = { measure: leakMeasure(care), period, diseaseGroup: row.diseaseGroup };
  const open = (extra: { destination?: string; institution?: string; judgement?: string }, words: string) =>
    may(me, 'cases') && row.diseaseGroup !== '' ? <Link to={casesHref({ ...question, ...extra })}>{words}</Link> : words;
  const destinations: Column<LeakRow['destinations'][number]>[] = [
    { key: 'name', title: t('common.destination'), rowHeader: true, render: (each) => text(each.name) || names.destination(each.destination) },
    { key: 'cases', title: t('common.byCases'), number: true, render: (each) => open({ destination: each.destination }, formatCount(each.cases)), sortBy: (each) => each.cases },
    { key: 'fund', title: t('leak.fund'), number: true, render: (each) => open({ destination: each.destination }, formatMoney(each.fund, language)), sortBy: (each) => Number(each.fund) },
    { key: 'amount', title: t('common.amount'), number: true, render: (each) => open({ destination: each.destination }, formatMoney(each.amount, language)), sortBy: (each) => Number(each.amount) },
  ];
  const institutions: Column<LeakRow['institutions'][number]>[] = [
    { key: 'name', title: t('cases.institution'), rowHeader: true, render: (each) => each.name || each.code },
    { key: 'destination', title: t('common.destination'), render: (each) => names.destination(each.destination) },
    { key: 'cases', title: t('common.byCases'), number: true, render: (each) => open({ institution: each.code }, formatCount(each.cases)), sortBy: (each) => each.cases },
    { key: 'fund', title: t('leak.fund'), number: true, render: (each) => open({ institution: each.code }, formatMoney(each.fund, language)), sortBy: (each) => Number(each.fund) },
  ];
  return (
    <SideSheet width={680} onClose={() => changeSearch({ group: null, cases: null, record: null })}
      title={<h2 className="side-sheet-h">{text(row.name)} · {formatPeriod(period, language)}</h2>}>
      <p>
        {t('leak.groupWords', { cases: formatCount(row.cases), out: formatCount(row.casesOut), share: formatPercent(shareOut(row)), fund: formatMoney(row.fundOut, language) })}
      </p>
      <p>
        <Link to={hrefTo('/measures', { m: leakMeasure(care), split: 'disease-group' })}>{t('leak.toTrend')}</Link>
      </p>
      <h3>{t('leak.where')}</h3>
      <DataTable caption={t('leak.where')} columns={destinations} rows={row.destinations} rowKey={(each) => each.destination} />
      <h3>{t('leak.institutions')}</h3>
      <DataTable caption={t('leak.institutions')} columns={institutions} rows={row.institutions} rowKey={(each) => each.code} />
    </SideSheet>
  );
}
