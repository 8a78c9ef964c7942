// A real table: caption, row headers, sorting by keyboard, numbers to the right; on a phone each row becomes a card
// (roles are said outright, because changed display takes a table's meaning away).
import { useCallback, useEffect, useMemo, useRef, useState, type CSSProperties, type ReactNode } from 'react';
import { useWords } from '../i18n';
import type { Cell } from '../lib/csv';

export interface Column<Row> {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  number?: boolean;
  rowHeader?: boolean;
  sortBy?: (row: Row) => number | string | null;
  csv?: (row: Row) => Cell;
  style?: (row: Row) => CSSProperties | undefined;
  wide?: boolean;
}

interface DataTableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  // On a phone each row is a card; tight: its numbers stand two in a line.
  cards?: boolean | 'tight';
  footer?: Row;
  captionShown?: boolean;
  rowClass?: (row: Row) => string | undefined;
  // The rows that stand under a row at present, sorted like the others.
  below?: (row: Row) => Row[];
}

export function tableCells<Row>(columns: Column<Row>[], rows: Row[]): Cell[][] {
  const shown = columns.filter((column) => column.csv);
  return [shown.map((column) => column.title), ...rows.map((row) => shown.map((column) => column.csv?.(row)))];
}

function compare(a: number | string | null, b: number | string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;  // what is not known comes last
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'zh');
}

export function DataTable<Row>({ caption, columns, rows, rowKey, cards, footer, captionShown, rowClass, below }: DataTableProps<Row>) {
  const { t } = useWords();
  const [sort, setSort] = useState<{ key: string; down: boolean } | null>(null);
  const inOrder = useCallback((list: Row[]): Row[] => {
    const by = sort && columns.find((column) => column.key === sort.key)?.sortBy;
    if (!sort || !by) return list;
    return [...list].sort((a, b) => {
      const left = by(a);
      const right = by(b);
      const order = compare(left, right);
      return sort.down && left !== null && right !== null ? -order : order;
    });
  }, [sort, columns]);
  const sorted = useMemo(() => inOrder(rows), [rows, inOrder]);

  const toggle = (column: Column<Row>) =>
    setSort((old) => {
      if (old?.key !== column.key) return { key: column.key, down: Boolean(column.number) };
      return old.down === Boolean(column.number) ? { key: column.key, down: !old.down } : null;
    });

  const line = (row: Row, key: string, className?: string) => (
    <tr role="row" key={key} className={className}>
      {columns.map((column) => {
        const classes = `${column.number ? 'number' : ''} ${column.wide ? 'wide' : ''}`;
        return column.rowHeader ? (
          <th role="rowheader" scope="row" key={column.key} className={classes} style={column.style?.(row)}>
            {column.render(row)}
          </th>
        ) : (
          <td role="cell" key={column.key} className={classes} data-label={column.title} style={column.style?.(row)}>
            <div className="cell">{column.render(row)}</div>
          </td>
        );
      })}
    </tr>
  );

  const { frame, isCut } = useCut();
  return (
    <>
      {isCut && <p className="table-cut no-print" aria-hidden="true">{t('table.cut')}</p>}
      <div ref={frame} className={`table-frame ${cards ? 'table-cards' : ''} ${cards === 'tight' ? 'table-cards-tight' : ''} ${isCut ? 'table-frame-cut' : ''}`} role="group" aria-label={caption} tabIndex={isCut ? 0 : undefined}>
        <table role="table">
          <caption className={captionShown ? undefined : 'only-read'}>{caption}</caption>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => {
                const on = sort?.key === column.key;
                return (
                  <th
                    role="columnheader"
                    scope="col"
                    key={column.key}
                    className={column.number ? 'number' : undefined}
                    aria-sort={on ? (sort.down ? 'descending' : 'ascending') : undefined}
                  >
                    {column.sortBy ? (
                      <button type="button" className="sort" onClick={() => toggle(column)} title={t('table.sort')}>
                        {column.title}
                        <span className="sort-mark" aria-hidden="true">{on ? (sort.down ? '▼' : '▲') : '↕'}</span>
                      </button>
                    ) : (
                      column.title || <span className="only-read">{t('table.tools')}</span>
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody role="rowgroup">{sorted.flatMap((row) => [line(row, rowKey(row), rowClass?.(row)), ...inOrder(below?.(row) ?? []).map((each) => line(each, rowKey(each), 'row-below'))])}</tbody>
          {footer !== undefined && <tfoot role="rowgroup">{line(footer, 'footer')}</tfoot>}
        </table>
      </div>
    </>
  );
}

// Is the table wider than its place? Then the reader is told that there is more to the side, and the arrow keys move it.
function useCut() {
  const frame = useRef<HTMLDivElement>(null);
  const [isCut, setCut] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (!element || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(() => setCut(element.scrollWidth > element.clientWidth + 1));
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return { frame, isCut };
}
