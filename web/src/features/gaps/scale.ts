// One scale for all changes that are shown of a gap, so that bars of two actions can be compared by eye. It holds zero,
// every end of every interval and what was expected, and ends on round numbers.
import type { Action, Comparison, Gap } from '../../api/types';
import { toNumber } from '../../lib/format';

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

const ticksWanted = 5;

export function roundStep(span: number): number {
  const rough = span / ticksWanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999) ?? 10 * power;
}

export function scaleOf(values: (number | null)[]): Scale {
  const known = [0, ...values.filter((value): value is number => value !== null)];
  const least = Math.min(...known);
  const most = Math.max(...known);
  const step = roundStep(most - least || 1);
  const from = Math.floor(least / step + 1e-9);
  const to = Math.max(Math.ceil(most / step - 1e-9), from + 1);
  // Counted in steps, not added up: 0.1 + 0.2 would not be 0.3.
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(12)));
  return { low: ticks[0], high: ticks[ticks.length - 1], ticks };
}

// How much was promised: the expected value less the value before.
export function expectedChange(comparison: Comparison, expectedValue: string | null | undefined): number | null {
  const expected = toNumber(expectedValue);
  const before = toNumber(comparison.before.value);
  return expected === null || before === null ? null : expected - before;
}

// How far from the target, as a change: −4.9 percentage points. Rounded as the server rounds a share.
export function shortOf(gap: Gap): number | null {
  const latest = toNumber(gap.latest.value);
  const target = toNumber(gap.target);
  return latest === null || target === null ? null : Number((latest - target).toFixed(6));
}

const valuesOf = (comparison: Comparison): (number | null)[] =>
  [comparison.change, comparison.changeLow, comparison.changeHigh, comparison.comparableChange, comparison.effect, comparison.effectLow, comparison.effectHigh].map(toNumber);

export const isCompared = (action: Action): action is Action & { comparison: Comparison } =>
  Boolean(action.comparison && action.comparison.verdict !== 'none');

export function scaleOfGap(gap: Gap): Scale {
  const actions = gap.actions.filter(isCompared);
  return scaleOf([
    ...(gap.comparison ? valuesOf(gap.comparison) : []),
    ...actions.flatMap((action) => [...valuesOf(action.comparison), expectedChange(action.comparison, action.expectedValue)]),
  ]);
}
