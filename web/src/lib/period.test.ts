import { expect, it } from 'vitest';
import { localDay, monthsBetween, overlaps, parsePeriod, periodName, spanOf, yearBefore, yearsBetween } from './period';

it('periods are read and named', () => {
  for (const name of ['2025', '2025Q3', '2025-07', '2025-12']) expect(periodName(parsePeriod(name)!)).toBe(name);
  for (const wrong of ['', '25', '2025Q5', '2025-13', '2025-7', 'Q1', null]) expect(parsePeriod(wrong)).toBeNull();
});

it('only what has data can be chosen', () => {
  expect(overlaps({ year: 2025 }, '2023-01', '2025-03')).toBe(true);
  expect(overlaps({ year: 2025, quarter: 2 }, '2023-01', '2025-03')).toBe(false);
  expect(overlaps({ year: 2025, month: 3 }, '2023-01', '2025-03')).toBe(true);
  expect(overlaps({ year: 2022, month: 12 }, '2023-01', '2025-03')).toBe(false);
});

it('months and years in between', () => {
  expect(monthsBetween('2024-11', '2025-02')).toEqual(['2024-11', '2024-12', '2025-01', '2025-02']);
  expect(yearsBetween('2023-05', '2025-03')).toEqual([2023, 2024, 2025]);
  expect(spanOf('2025Q2')).toEqual(['2025-04', '2025-06']);
  expect(spanOf('2025-05..2025-07')).toEqual(['2025-05', '2025-07']);
  expect(spanOf('soon')).toBeNull();
});

it('a year before', () => {
  expect(yearBefore('2025')).toBe('2024');
  expect(yearBefore('2025Q3')).toBe('2024Q3');
  expect(yearBefore('2025-07')).toBe('2024-07');
});

it('days are counted on the calendar', () => {
  expect(localDay(new Date(2025, 10, 22), 0)).toBe('2025-11-22');
  expect(localDay(new Date(2025, 11, 31, 23, 59), 1)).toBe('2026-01-01');
  expect(localDay(new Date(2024, 1, 28), 2)).toBe('2024-03-01');
});
