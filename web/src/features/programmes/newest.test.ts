import { expect, it } from 'vitest';
import type { SheetRow } from '../../api/types';
import { newestOf, quarterOver } from './newest';

const row = (measure: string, subject: string, period: string, value: string | null) => ({ measure, subject, period, value, stratum: '' }) as SheetRow;

it('the quarter that is over', () => {
  expect(['2026-01-15', '2026-03-31', '2026-04-01', '2026-11-29'].map(quarterOver)).toEqual(['2025Q4', '2025Q4', '2026Q1', '2026Q3']);
});

it('the year’s value, else the quarter’s, else none', () => {
  const year = { rows: [row('a', 'C', '2025', '0.8'), row('b', 'C', '2025', null), row('b', 'T1', '2025', '0.1')] };
  const quarter = { rows: [row('a', 'C', '2026Q3', '0.9'), row('b', 'C', '2026Q3', '0.7')] };
  expect([newestOf('a', 'C', [year, quarter])?.value, newestOf('b', 'C', [year, quarter])?.period, newestOf('c', 'C', [year, quarter])]).toEqual(['0.8', '2026Q3', undefined]);
});
