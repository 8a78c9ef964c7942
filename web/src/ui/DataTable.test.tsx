// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { startLanguages } from '../i18n';
import { DataTable, tableCells, type Column } from './DataTable';

interface Row {
  name: string;
  cases: number | null;
}
const columns: Column<Row>[] = [
  { key: 'name', title: '名称', rowHeader: true, render: (row) => row.name, sortBy: (row) => row.name, csv: (row) => row.name },
  { key: 'cases', title: '人次', number: true, render: (row) => row.cases ?? '—', sortBy: (row) => row.cases, csv: (row) => row.cases },
  { key: 'tools', title: '', render: () => null },
];
const rows: Row[] = [{ name: '乙', cases: 2 }, { name: '甲', cases: null }, { name: '丙', cases: 10 }];

beforeAll(() => startLanguages());
afterEach(cleanup);

const order = () => screen.getAllByRole('rowheader').map((cell) => cell.textContent);

it('sorts numbers from the largest, unknown ones last, and says how', () => {
  render(<DataTable caption="表" columns={columns} rows={rows} rowKey={(row) => row.name} />);
  expect(order()).toEqual(['乙', '甲', '丙']);
  const header = screen.getByRole('columnheader', { name: /人次/ });
  fireEvent.click(within(header).getByRole('button'));
  expect(order()).toEqual(['丙', '乙', '甲']);
  expect(header.getAttribute('aria-sort')).toBe('descending');
  fireEvent.click(within(header).getByRole('button'));
  expect(order()).toEqual(['乙', '丙', '甲']);
  fireEvent.click(within(header).getByRole('button'));
  expect(order()).toEqual(['乙', '甲', '丙']);
  expect(header.hasAttribute('aria-sort')).toBe(false);
});

it('has a caption, a named tool column, and labels for the phone', () => {
  render(<DataTable caption="病例表" columns={columns} rows={rows} rowKey={(row) => row.name} cards footer={{ name: '合计', cases: 12 }} />);
  screen.getByRole('table', { name: '病例表' });
  screen.getByRole('columnheader', { name: '操作' });
  expect(screen.getAllByText('2')[0].closest('td')?.dataset.label).toBe('人次');
});

it('exports what its columns say, with raw numbers', () => {
  expect(tableCells(columns, rows)).toEqual([['名称', '人次'], ['乙', 2], ['甲', null], ['丙', 10]]);
});
