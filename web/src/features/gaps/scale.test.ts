import { expect, it } from 'vitest';
import type { Action, Comparison, Gap } from '../../api/types';
import { expectedChange, scaleOf, scaleOfGap, shortOf } from './scale';

const comparison = (part: Partial<Comparison>): Comparison => ({
  before: { period: '2024', numerator: '50', denominator: '100', value: '0.5' }, after: { period: '2025', numerator: '60', denominator: '100', value: '0.6' },
  change: '0.1', changeLow: null, changeHigh: null, comparableChange: null, comparableUnits: 0, comparable: [], effect: null, effectLow: null, effectHigh: null,
  verdict: 'cannot-tell', why: { zh: '', en: '' }, ...part,
});
const action = (part: Partial<Action>): Action => ({ expectedValue: null, comparison: null, ...part }) as Action;

it('a scale holds zero and ends on round numbers', () => {
  expect(scaleOf([0.262, 0.205, 0.319, 0.009])).toEqual({ low: 0, high: 0.4, ticks: [0, 0.1, 0.2, 0.3, 0.4] });
  expect(scaleOf([-0.274, 0.319])).toEqual({ low: -0.4, high: 0.4, ticks: [-0.4, -0.2, 0, 0.2, 0.4] });
  expect(scaleOf([-1834, -200])).toEqual({ low: -2000, high: 0, ticks: [-2000, -1500, -1000, -500, 0] });
  expect(scaleOf([null])).toEqual({ low: 0, high: 0.2, ticks: [0, 0.2] });
  expect(scaleOf([0.3]).ticks).toContain(0.3);
});

it('how far a gap is from its target is a difference of two values', () => {
  const gap = (value: string | null, target: string | null) => ({ latest: { value }, target }) as Gap;
  expect(shortOf(gap('0.801498', '0.85'))).toBe(-0.048502);
  expect(shortOf(gap('9.2', '8'))).toBe(1.2);
  expect(shortOf(gap(null, '8'))).toBeNull();
  expect(shortOf(gap('1', null))).toBeNull();
});

it('all actions of a gap share one scale, with what was expected of them', () => {
  const worked = action({ comparison: comparison({ changeHigh: '0.319', verdict: 'worked' }), expectedValue: '0.8' });
  const cannotTell = action({ comparison: comparison({ effectLow: '-0.274' }) });
  const notYet = action({ comparison: comparison({ changeLow: '-9', verdict: 'none' }) });
  const scale = scaleOfGap({ comparison: null, actions: [worked, cannotTell, notYet, action({})] } as unknown as Gap);
  expect([scale.low, scale.high]).toEqual([-0.4, 0.4]);
  expect(expectedChange(worked.comparison as Comparison, '0.8')).toBeCloseTo(0.3);
  expect(expectedChange(worked.comparison as Comparison, '')).toBeNull();
});
