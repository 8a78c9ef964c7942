import { expect, it } from 'vitest';
import { denominatorCases, numeratorCases } from './parts';

const question = { measure: 'm', period: '2025Q1', org: 'H1' };

it('the numerator of a share opens to the cases that are in it', () => {
  expect(numeratorCases({ kind: 'ratio', direction: 'up' }, question)).toEqual({ ...question, judgement: 'met' });
  expect(numeratorCases({ kind: 'ratio', direction: 'monitor' }, question)).toEqual({ ...question, judgement: 'met' });
  expect(numeratorCases({ kind: 'coverage', direction: 'up' }, question)).toEqual({ ...question, judgement: 'met' });
});

it('where less is better, those in the numerator are the ones that were not met', () => {
  expect(numeratorCases({ kind: 'ratio', direction: 'down' }, question)).toEqual({ ...question, judgement: 'not_met' });
});

it('an amount opens to all that add to it', () => {
  for (const kind of ['mean', 'per-distinct', 'distinct', 'growth'] as const) expect(numeratorCases({ kind, direction: 'down' }, question)).toEqual(question);
  expect(numeratorCases(undefined, question)).toEqual(question);
});

it('what a growth is measured against opens to the cases of a year before', () => {
  expect(denominatorCases({ kind: 'growth' }, question)).toEqual({ ...question, period: '2024Q1' });
  expect(denominatorCases({ kind: 'growth' }, { ...question, period: '2025-05..2025-07' })).toBeNull();
  expect(denominatorCases({ kind: 'ratio' }, question)).toEqual(question);
});
