// One measure by hospital (or stratum) and month or year: lines to see, a table to read, every value to open.
import { useQueries } from '@tanstack/react-query';
import { keepPreviousData } from '@tanstack/react-query';
import { useMemo } from 'react';
import { sheetPath, sheetQuery, useCounty } from '../../api/queries';
import type { MeasureDefinition, Sheet, SheetRow } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatPeriod, formatValue } from '../../lib/format';
import { monthsBetween, monthsOf, monthName, parsePeriod, yearsBetween } from '../../lib/period';
import { casesHref, definitionHref } from '../../router/places';
import { Link, navigate } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { TrendChart } from '../../ui/charts';
import { ChartFrame } from '../../ui/ChartFrame';
import { DataTable, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { useNames } from '../../ui/names';
import { Panel } from '../../ui/Panel';
import { MarkBadge } from '../../ui/sources';
import { Empty, Failed, Loading } from '../../ui/states';
import { ValueCell } from '../../ui/ValueCell';
import { Notes } from './AllMeasures';
import { bySize, casesOf, merge, toLines, type Line, type Split } from './sheet';

const linesInChart = 8;
const total = 'total';

interface MeasureSheetProps {
  definition: MeasureDefinition;
  name: string;
  period: string;
  org: string;
  split: Split;
  columns: 'month' | 'year';
}

export function MeasureSheet({ definition, name, period, org, split, columns }: MeasureSheetProps) {
  const { t } = useWords();
  const { data: county } = useCounty();
  const isMonth = Boolean(parsePeriod(period)?.month);
  const byMonth = columns === 'month' && !isMonth;
  const base = { measures: [definition.id], org };
  const years = county?.dataFrom && county.dataTo ? yearsBetween(county.dataFrom, county.dataTo).map(String) : [];
  const questions = columns === 'year'
    ? years.map((year) => ({ ...base, period: year, by: split }))
    : [{ ...base, period, by: split }, ...(byMonth ? [{ ...base, period, by: [split, 'month'].filter(Boolean).join(',') }] : [])];
  const answers = useQueries({ queries: questions.map((question) => ({ ...sheetQuery(question), placeholderData: keepPreviousData<Sheet> })) });
  const failed = answers.find((answer) => answer.error);
  const sheets = answers.map((answer) => answer.data);
  const ready = sheets.every((sheet) => sheet !== undefined);

  return (
    <Panel
      title={name}
      tools={
        <>
          <Link className="tool" to={definitionHref(definition.id)}>
            <Icon name="info" size={16} />
            {t('definition.short')}
          </Link>
          <a className="tool" href={sheetPath(questions[questions.length - 1], 'csv')} download>
            <Icon name="download" size={16} />
            CSV
          </a>
        </>
      }
    >
      {failed && !ready && <Failed error={failed.error} retry={() => answers.forEach((answer) => void answer.refetch())} />}
      {!failed && !ready && <Loading lines={8} tall />}
      {ready && <Body definition={definition} name={name} period={period} org={org} split={split} sheets={sheets} byMonth={byMonth} byYear={columns === 'year'} />}
    </Panel>
  );
}

function Body({ definition, name, period, org, split, sheets, byMonth, byYear }: {
  definition: MeasureDefinition; name: string; period: string; org: string; split: Split; sheets: Sheet[]; byMonth: boolean; byYear: boolean;
}) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const names = useNames();
  const me = useMe();
  const { data: county } = useCounty();
  const lines = useMemo(() => {
    const whole = toLines(byYear ? sheets.flatMap((sheet) => sheet.rows) : sheets[0].rows, split, false, (row: SheetRow) => (byYear ? row.period : total));
    const all = byMonth && sheets[1] ? merge(whole, toLines(sheets[1].rows, split, true, () => total)) : whole;
    return split === '' ? all : bySize(all);
  }, [sheets, split, byMonth, byYear]);
  const notes = sheets.flatMap((sheet) => sheet.notes);
  if (lines.length === 0) {
    return (
      <>
        <Empty title={t('measures.noValues')} />
        <Notes notes={notes} />
      </>
    );
  }
  const parsed = parsePeriod(period);
  const periods = byYear
    ? [...new Set(sheets.flatMap((sheet) => sheet.rows.map((row) => row.period)))].sort()
    : byMonth && parsed
      ? monthsBetween(monthName(monthsOf(parsed)[0]), monthName(monthsOf(parsed)[1])).filter((month) => !county?.dataTo || month <= county.dataTo)
      : [];
  const lineName = (line: Line): string => {
    if (split === '') {
      const own = line.subjectName || names.organization(line.subject);
      return definition.subject !== 'county' && line.subject === county?.code ? t('measures.wholeCounty', { name: own }) : own;
    }
    const known = split === 'org' ? names.organization(line.stratum) : split === 'destination' ? names.destination(line.stratum) : names.diseaseGroup(line.stratum);
    const stratum = known !== line.stratum ? known : text(line.stratumName) || known;
    return definition.subject !== 'county' ? `${line.subjectName} · ${stratum}` : stratum;
  };
  const cell = (line: Line, column: string, of: string) => (
    <ValueCell definition={definition} row={line.cells.get(column)} question={casesOf(definition, line, split, of, org)} />
  );
  const valueAt = (line: Line, column: string): number | null => {
    const value = line.cells.get(column)?.value;
    return value === null || value === undefined || value === '' ? null : Number(value);
  };
  const column = (key: string, title: string, of: string): Column<Line> => ({
    key, title, number: true, render: (line) => cell(line, key, of), sortBy: (line) => valueAt(line, key),
  });
  const columns: Column<Line>[] = [
    { key: 'name', title: split === '' ? t(`subjectOne.${definition.subject}`) : t(`split.${split}`), rowHeader: true, render: lineName, sortBy: lineName },
    ...(byYear ? [] : [column(total, formatPeriod(period, language), period)]),
    ...periods.map((each) => column(each, byYear ? formatPeriod(each, language) : each, each)),
  ];
  const table = <DataTable caption={`${name} ${formatPeriod(period, language)}`} columns={columns} rows={lines} rowKey={(line) => line.key} />;
  const inChart = lines.slice(0, linesInChart);
  const series = inChart.map((line) => ({ name: lineName(line), points: periods.map((each) => ({ period: each, value: line.cells.get(each)?.value || null })) }));
  const summary = t('measures.chartSummary', { name, count: inChart.length, from: periods[0] ?? '', to: periods[periods.length - 1] ?? '' });
  return (
    <>
      {periods.length > 1 && (
        <ChartFrame name={`${name} ${period}`} summary={summary} tools={<Edition definition={definition} />}
          chart={(picture) => (
            <TrendChart series={series} unit={definition.unit} target={definition.target?.value} label={summary} picture={picture}
              onPick={may(me, 'cases') ? (line, each) => navigate(casesHref(casesOf(definition, inChart[line], split, each, org))) : undefined} />
          )} />
      )}
      {periods.length <= 1 && <p><Edition definition={definition} /></p>}
      {lines.length > linesInChart && periods.length > 1 && <p className="faint">{t('measures.chartCut', { count: linesInChart, total: lines.length })}</p>}
      {table}
      <DataGaps definition={definition} lines={lines} split={split} period={period} byYear={byYear} />
      <Notes notes={notes} />
    </>
  );
}

function Edition({ definition }: { definition: MeasureDefinition }) {
  const { t } = useWords();
  const language = useLanguage();
  return (
    <span>
      <span className="faint">{t('definition.edition')} {definition.edition}</span>{' '}
      {[...new Set(definition.sources.map((source) => source.mark))].map((mark) => <MarkBadge key={mark} mark={mark} />)}
      {definition.target && (
        <> <span className="faint">{t('common.targetIs', { value: formatValue(definition.target.value, definition.unit, language) })}</span> <MarkBadge mark={definition.target.source.mark} /></>
      )}
    </span>
  );
}

// Facts that are not there or contradict each other are said, and open like everything else.
function DataGaps({ definition, lines, split, period, byYear }: { definition: MeasureDefinition; lines: Line[]; split: Split; period: string; byYear: boolean }) {
  const { t } = useWords();
  const me = useMe();
  if (byYear || !may(me, 'cases')) return null;
  const sum = (field: 'missing' | 'conflicting') => lines.reduce((count, line) => count + (line.cells.get(total)?.[field] ?? 0), 0);
  const found = (['missing', 'conflicting'] as const).map((field) => [field, sum(field)] as const).filter(([, count]) => count > 0);
  if (found.length === 0 || split !== '') return null;
  return (
    <p className="data-gaps">
      {found.map(([field, count]) => (
        <Link key={field} to={casesHref({ measure: definition.id, period, judgement: field, org: lines.length === 1 && definition.subject !== 'county' ? lines[0].subject : undefined })}>
          {t(`measures.${field}`, { count })}
        </Link>
      ))}
    </p>
  );
}
