// From the rows of a sheet to a table: one line a subject (and stratum), one column a month or year.
import type { MeasureDefinition, SheetRow } from '../../api/types';
import type { CasesQuestion } from '../../api/queries';

export type Split = '' | 'org' | 'disease-group' | 'destination';

export interface Line {
  key: string;
  subject: string;
  subjectName: string;
  stratum: string;
  stratumName: SheetRow['stratumName'] | null;
  cells: Map<string, SheetRow>;
}

const emptyText = { zh: '', en: '' };

// byMonth: the last part of the stratum is the month; before it stands the split, if any.
export function toLines(rows: SheetRow[], split: Split, byMonth: boolean, columnOf: (row: SheetRow) => string): Line[] {
  const lines = new Map<string, Line>();
  for (const row of rows) {
    const parts = row.stratum === '' ? [] : row.stratum.split('|');
    const month = byMonth ? parts[parts.length - 1] ?? '' : '';
    const stratum = split === '' ? '' : parts[0] ?? '';
    const key = `${row.subject}|${stratum}`;
    let line = lines.get(key);
    if (!line) {
      line = { key, subject: row.subject, subjectName: row.subjectName, stratum, stratumName: split === '' ? null : stripMonth(row, month), cells: new Map() };
      lines.set(key, line);
    }
    line.cells.set(byMonth ? month : columnOf(row), row);
  }
  return [...lines.values()];
}

// A crossed stratum is named "肺癌|2025-07" (or with other marks between); the month has its own column.
function stripMonth(row: SheetRow, month: string): SheetRow['stratumName'] {
  if (month === '') return row.stratumName ?? emptyText;
  const clean = (name: string) => name.split('|')[0].trim();
  return { zh: clean(row.stratumName?.zh ?? ''), en: clean(row.stratumName?.en ?? '') };
}

export function merge(into: Line[], more: Line[]): Line[] {
  const lines = new Map(into.map((line) => [line.key, { ...line, cells: new Map(line.cells) }]));
  for (const line of more) {
    const known = lines.get(line.key);
    if (!known) lines.set(line.key, line);
    else line.cells.forEach((row, column) => known.cells.set(column, row));
  }
  return [...lines.values()];
}

// The strata of a split, largest first: what most people have stands on top and in the picture; the rest of everything last.
export function bySize(lines: Line[]): Line[] {
  const size = (line: Line): number => [...line.cells.values()].reduce((sum, row) => sum + Number(row.denominator ?? 0), 0);
  const isRest = (line: Line): number => Number(line.stratum === '' || line.stratum === 'other');
  return [...lines].sort((a, b) => isRest(a) - isRest(b) || size(b) - size(a));
}

export function casesOf(definition: MeasureDefinition, line: Pick<Line, 'subject' | 'stratum'>, split: Split, period: string, org = ''): CasesQuestion {
  const question: CasesQuestion = { measure: definition.id, period };
  if (definition.subject !== 'county') question.org = line.subject;
  else if (org !== '') question.org = org;
  if (split === 'org') question.institution = line.stratum;
  if (split === 'disease-group') question.diseaseGroup = line.stratum;
  if (split === 'destination') question.destination = line.stratum;
  return question;
}
