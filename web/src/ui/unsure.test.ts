import { expect, it } from 'vitest';
import { marksOf, signsOf } from './marks';
import { unsure } from './unsure';

const text = { zh: '', en: '' };
const source = (mark: 'official' | 'read' | 'K' | 'K-low') => ({ title: text, reference: '', mark });

it('the least sure mark counts', () => {
  expect([unsure([]), unsure(['official', 'read']), unsure(['read', 'K']), unsure(['K-low', 'K', 'read'])]).toEqual([null, null, 'K', 'K-low']);
});

it('a measure is as unsure as its sources and its target', () => {
  const sure = { sources: [source('read')], target: null };
  const byTarget = { sources: [source('read')], target: { value: '0.9', source: source('K-low') } };
  expect(marksOf(byTarget)).toEqual(['read', 'K-low']);
  expect(signsOf([sure, byTarget, { ...sure, sources: [source('K')] }])).toEqual(['K-low', 'K']);
});
