// The measures of a programme: the newest finished value of the county (or of the chosen organisation) and how it stands to its target.
import { useCounty, useMeasures, useSheet } from '../../api/queries';
import type { MeasureDefinition, SheetRow } from '../../api/types';
import { usePeriod } from '../../app/period';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatPeriod, formatValue, none } from '../../lib/format';
import { localDay } from '../../lib/period';
import { hrefTo, Link } from '../../router/router';
import { useMe } from '../../session/session';
import { DataTable, type Column } from '../../ui/DataTable';
import { standing } from '../../ui/judge';
import { MarkLegend, marksOf, MarkSign, signsOf } from '../../ui/marks';
import { useNames } from '../../ui/names';
import { Panel } from '../../ui/Panel';
import { Answer, Empty } from '../../ui/states';
import { PartsCell, ValueCell } from '../../ui/ValueCell';
import { newestOf, quarterOver } from './newest';

export function Measures({ ids, organization }: { ids: string[]; organization: string }) {
  const { t } = useWords();
  const me = useMe();
  const names = useNames();
  const { data: county } = useCounty();
  const definitions = useMeasures();
  const subject = organization || (me.wholeCounty ? county?.code ?? '' : me.organizations[0] ?? '');
  // A measure of the county is not worked out for one organisation.
  const wanted = ids.map((id) => definitions.data?.find((each) => each.id === id)).filter((each) => each !== undefined)
    .filter((definition) => definition.subject !== 'county' || subject === county?.code);
  if (definitions.data && wanted.length === 0) return null;
  const title = subject === '' ? t('programmes.measures') : `${t('programmes.measures')} · ${subject === county?.code ? t('programmes.wholeCounty') : names.organization(subject)}`;
  return <Panel title={title}><Answer of={definitions} lines={4}>{() => <Values wanted={wanted} subject={subject} organization={organization} />}</Answer></Panel>;
}

function Values({ wanted, subject, organization }: { wanted: MeasureDefinition[]; subject: string; organization: string }) {
  const { t } = useWords();
  const today = localDay(new Date());
  const year = usePeriod() ?? String(Number(today.slice(0, 4)) - 1);
  const measures = wanted.map((each) => each.id);
  const ofYear = useSheet({ measures, period: year, org: organization });
  const missing = ofYear.data !== undefined && measures.some((id) => !newestOf(id, subject, [ofYear.data]));
  const ofQuarter = useSheet({ measures, period: quarterOver(today), org: organization }, missing);
  return (
    <Answer of={missing ? ofQuarter : ofYear} lines={4}>
      {(quarter) => {
        const sheets = [ofYear.data ?? quarter, quarter];
        const rows = new Map(measures.map((id) => [id, newestOf(id, subject, sheets)]));
        return [...rows.values()].some(Boolean) ? <Table wanted={wanted} rows={rows} organization={organization} />
          : <Empty title={t('programmes.noMeasures')} icon="measures"><p>{t('programmes.noMeasuresHow')}</p></Empty>;
      }}
    </Answer>
  );
}

function Table({ wanted, rows, organization }: { wanted: MeasureDefinition[]; rows: Map<string, SheetRow | undefined>; organization: string }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const question = (definition: MeasureDefinition) => {
    const row = rows.get(definition.id);
    return { measure: definition.id, period: row?.period ?? '', org: definition.subject === 'county' ? undefined : row?.subject };
  };
  const columns: Column<MeasureDefinition>[] = [
    { key: 'name', title: t('measures.measure'), rowHeader: true, wide: true,
      render: (definition) => <><Link to={hrefTo('/measures', { m: definition.id, org: organization, period: rows.get(definition.id)?.period })}>{text(definition.name)}</Link> <MarkSign marks={marksOf(definition)} /></> },
    { key: 'value', title: t('programmes.value'), number: true,
      render: (definition) => <ValueCell definition={definition} row={rows.get(definition.id)} question={question(definition)} /> },
    { key: 'parts', title: t('overview.parts'), number: true,
      render: (definition) => <PartsCell definition={definition} row={rows.get(definition.id)} question={question(definition)} /> },
    { key: 'target', title: t('common.target'), number: true, render: (definition) => formatValue(definition.target?.value, definition.unit, language) },
    { key: 'standing', title: t('measures.standing'),
      render: (definition) => {
        const state = standing(rows.get(definition.id)?.value ?? null, definition.target?.value, definition.direction);
        return state === 'none' ? none : <span className={`badge standing-${state}`}>{t(`standing.${state}`)}</span>;
      } },
    { key: 'period', title: t('common.period'), render: (definition) => <span className="faint">{rows.get(definition.id) ? formatPeriod(rows.get(definition.id)?.period, language) : t('programmes.notYet')}</span> },
  ];
  return (
    <>
      <DataTable caption={t('programmes.measures')} columns={columns} rows={wanted} rowKey={(definition) => definition.id} cards />
      <MarkLegend marks={signsOf(wanted)} />
    </>
  );
}
