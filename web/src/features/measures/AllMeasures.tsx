// The whole sheet of a period: county measures with target and a year ago; hospital measures by hospital.
import { useMemo, type ReactNode } from 'react';
import { useCounty, useSheet } from '../../api/queries';
import type { MeasureDefinition, SheetRow } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatChange, formatPeriod, formatValue, none, toNumber } from '../../lib/format';
import { overlaps, parsePeriod, yearBefore } from '../../lib/period';
import { definitionHref } from '../../router/places';
import { hrefTo, Link } from '../../router/router';
import { useMe } from '../../session/session';
import { DataTable, tableCells, type Column } from '../../ui/DataTable';
import { downloadCsv } from '../../lib/download';
import { Icon } from '../../ui/icons';
import { standing, tone } from '../../ui/judge';
import { MarkLegend, marksOf, MarkSign, signsOf } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Answer, Empty } from '../../ui/states';
import { CasesLink } from '../../ui/CasesLink';
import { PartsCell, ValueCell } from '../../ui/ValueCell';
import { casesOf } from './sheet';

export function AllMeasures({ definitions, period }: { definitions: MeasureDefinition[]; period: string }) {
  const me = useMe();
  const { t } = useWords();
  const { data: county } = useCounty();
  const before = yearBefore(period);
  const parsedBefore = parsePeriod(before);
  const hasBefore = Boolean(county?.dataFrom && county.dataTo && parsedBefore && overlaps(parsedBefore, county.dataFrom, county.dataTo));
  // Somebody of one hospital may not see the county's own numbers: only ask for what is theirs.
  const asked = definitions.filter((definition) => me.wholeCounty || definition.subject !== 'county').map((definition) => definition.id);
  const measures = asked.length === definitions.length ? ['all'] : asked;
  const now = useSheet({ measures, period });
  const earlier = useSheet({ measures, period: before ?? '' }, hasBefore);
  return (
    <Answer of={now} lines={12} tall>
      {(sheet) => (
        <>
          {me.wholeCounty && (
            <CountyTable definitions={definitions.filter((each) => each.subject === 'county')} rows={sheet.rows} earlier={earlier.data?.rows ?? []} period={period} before={before ?? ''} />
          )}
          <OrganizationTable title={t('measures.byHospital')} definitions={definitions.filter((each) => each.subject === 'hospital')} rows={sheet.rows} period={period}
            empty={<Empty title={t('measures.noPages')}><p>{t('measures.noPagesHow')}</p></Empty>} />
          <OrganizationTable title={t('measures.byUnit')} definitions={definitions.filter((each) => each.subject === 'unit')} rows={sheet.rows} period={period} without="village" />
          <MarkLegend marks={signsOf(definitions)} />
          <Notes notes={sheet.notes} />
        </>
      )}
    </Answer>
  );
}

export function Notes({ notes }: { notes: { zh: string; en: string }[] }) {
  const { t } = useWords();
  const text = useText();
  if (notes.length === 0) return null;
  const list = <ul className="notes">{notes.map((note, index) => <li key={index}>{text(note)}</li>)}</ul>;
  // Many of them, as in a county that has just begun, are one line until somebody wants them.
  return notes.length <= 5 ? list : <details className="notes-many"><summary>{t('measures.notes', { count: notes.length })}</summary>{list}</details>;
}

function MeasureName({ definition }: { definition: MeasureDefinition }) {
  const { t } = useWords();
  const text = useText();
  return (
    <span className="measure-name">
      <span><Link to={hrefTo('/measures', { m: definition.id })}>{text(definition.name)}</Link> <MarkSign marks={marksOf(definition)} /></span>
      <Link className="tool icon-only" to={definitionHref(definition.id)} aria-label={t('definition.of', { name: text(definition.name) })}>
        <Icon name="info" size={16} />
      </Link>
    </span>
  );
}

function CountyTable({ definitions, rows, earlier, period, before }: {
  definitions: MeasureDefinition[]; rows: SheetRow[]; earlier: SheetRow[]; period: string; before: string;
}) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const byMeasure = useMemo(() => new Map(rows.map((row) => [row.measure, row])), [rows]);
  const earlierByMeasure = useMemo(() => new Map(earlier.map((row) => [row.measure, row])), [earlier]);
  const changeOf = (definition: MeasureDefinition): number | null => {
    const now = toNumber(byMeasure.get(definition.id)?.value);
    const then = toNumber(earlierByMeasure.get(definition.id)?.value);
    return now === null || then === null ? null : now - then;
  };
  const question = (definition: MeasureDefinition, of: string) => casesOf(definition, { subject: '', stratum: '' }, '', of);
  const columns: Column<MeasureDefinition>[] = [
    { key: 'name', title: t('measures.measure'), rowHeader: true, render: (definition) => <MeasureName definition={definition} />, csv: (definition) => text(definition.name) },
    { key: 'value', title: formatPeriod(period, language), number: true, csv: (definition) => byMeasure.get(definition.id)?.value,
      render: (definition) => <ValueCell definition={definition} row={byMeasure.get(definition.id)} question={question(definition, period)} /> },
    { key: 'parts', title: t('overview.parts'), number: true,
      render: (definition) => <PartsCell definition={definition} row={byMeasure.get(definition.id)} question={question(definition, period)} /> },
    { key: 'numerator', title: t('definition.numerator'), csv: (definition) => byMeasure.get(definition.id)?.numerator, render: () => null },
    { key: 'denominator', title: t('definition.denominator'), csv: (definition) => byMeasure.get(definition.id)?.denominator, render: () => null },
    { key: 'target', title: t('common.target'), number: true, csv: (definition) => definition.target?.value,
      render: (definition) => formatValue(definition.target?.value, definition.unit, language) },
    { key: 'standing', title: t('measures.standing'),
      render: (definition) => {
        const state = standing(byMeasure.get(definition.id)?.value ?? null, definition.target?.value, definition.direction);
        return state === 'none' ? none : <span className={`badge standing-${state}`}>{t(`standing.${state}`)}</span>;
      } },
    { key: 'before', title: formatPeriod(before, language), number: true, csv: (definition) => earlierByMeasure.get(definition.id)?.value,
      render: (definition) => {
        const { value } = earlierByMeasure.get(definition.id) ?? {};
        return <CasesLink question={value ? question(definition, before) : null}>{formatValue(value, definition.unit, language)}</CasesLink>;
      } },
    { key: 'change', title: t('common.change'), number: true, csv: (definition) => changeOf(definition),
      render: (definition) => {
        const change = changeOf(definition);
        return <span className={`tone-${tone(change, definition.direction)}`}>{formatChange(change, definition.unit, language)}</span>;
      } },
  ];
  const shown = columns.filter((column) => column.key !== 'numerator' && column.key !== 'denominator');
  return (
    <Panel title={t('subject.county')} tools={<CsvButton save={() => downloadCsv(tableCells(columns, definitions), `${t('subject.county')} ${period}`)} />}>
      <DataTable caption={t('subject.county')} columns={shown} rows={definitions} rowKey={(definition) => definition.id} cards />
    </Panel>
  );
}

export function CsvButton({ save }: { save: () => void }) {
  return (
    <button type="button" className="tool" onClick={save}>
      <Icon name="download" size={16} />
      CSV
    </button>
  );
}

// `without`: a kind of organisation too many to be columns; they are in the measure's own sheet. `empty`: what stands there when
// nothing was counted; without it, nothing.
function OrganizationTable({ title, definitions, rows, period, without = '', empty }: {
  title: string; definitions: MeasureDefinition[]; rows: SheetRow[]; period: string; without?: string; empty?: ReactNode;
}) {
  const { t } = useWords();
  const text = useText();
  const { data: county } = useCounty();
  const hospitals = useMemo(() => {
    const ids = new Set(definitions.map((definition) => definition.id));
    const found = new Map<string, string>();
    const left = new Set((county?.organizations ?? []).filter((each) => each.kind === without).map((each) => each.code));
    for (const row of rows) {
      const counts = ids.has(row.measure) && !left.has(row.subject) && (empty !== undefined || row.numerator !== null);
      if (counts && !found.has(row.subject)) found.set(row.subject, row.subjectName);
    }
    return [...found];
  }, [definitions, rows, county, without, empty]);
  const cells = useMemo(() => new Map(rows.map((row) => [`${row.measure}|${row.subject}`, row])), [rows]);
  const columns: Column<MeasureDefinition>[] = [
    { key: 'name', title: t('measures.measure'), rowHeader: true, render: (definition) => <MeasureName definition={definition} />, csv: (definition) => text(definition.name) },
    ...hospitals.map(([code, name]): Column<MeasureDefinition> => ({
      key: code, title: code === county?.code ? t('measures.wholeCounty', { name }) : name, number: true, csv: (definition) => cells.get(`${definition.id}|${code}`)?.value,
      render: (definition) => (
        <ValueCell definition={definition} row={cells.get(`${definition.id}|${code}`)} question={casesOf(definition, { subject: code, stratum: '' }, '', period)} />
      ),
    })),
  ];
  if (hospitals.length === 0 && !empty) return null;
  return (
    <Panel title={title} tools={hospitals.length > 0 && <CsvButton save={() => downloadCsv(tableCells(columns, definitions), `${title} ${period}`)} />}>
      {hospitals.length === 0 ? empty : <DataTable caption={title} columns={columns} rows={definitions} rowKey={(definition) => definition.id} cards />}
    </Panel>
  );
}
