import { expect, it } from 'vitest';
import type { Gap, Point } from '../../api/types';
import { isOfList, monthOf, rolls } from './items';

const point = (period: string): Point => ({ period, numerator: '2', denominator: '10', value: '0.2' });

it('a year that rolls on stands at the month that it ends with', () => {
  expect(monthOf(point('2024-09..2025-08'))).toBe('2025-08');
  expect(monthOf(point('2025-08'))).toBe('2025-08');
  expect(rolls([point('2024-09..2025-08')])).toBe(true);
  expect(rolls([point('2025-08')])).toBe(false);
});

it('a gap of a list is known by what carries it', () => {
  const gap = (item?: string) => ({ carriers: [{ diseaseGroup: '', item }] }) as unknown as Gap;
  expect(isOfList(gap('copd'))).toBe(true);
  expect(isOfList(gap())).toBe(false);
  expect(isOfList(gap(''))).toBe(false);
});
