// What the numbers of the leak mean, and which measure's cases they open to.
import type { LeakNumbers, LeakRow } from '../../api/types';
import { toNumber } from '../../lib/format';

export type LeakBy = 'cases' | 'fund' | 'amount';

export const leakMeasure = (care: string): string => (care === 'all' ? 'visit-in-county-share' : 'inpatient-in-county-share');

export function amountOf(row: LeakNumbers, by: LeakBy): number {
  if (by === 'cases') return row.casesOut;
  return toNumber(by === 'fund' ? row.fundOut : row.amountOut) ?? 0;
}

// Everything that no group holds.
export const isRest = (row: LeakRow): boolean => row.diseaseGroup === 'other' || row.diseaseGroup === '';

export const shareOut = (row: LeakNumbers): number | null => (row.cases > 0 ? row.casesOut / row.cases : null);
