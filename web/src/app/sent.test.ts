import { expect, it } from 'vitest';
import { settledSent } from './sent';

it('asks again once nothing is on its way', () => {
  expect(settledSent([{ id: 'a', state: 'waiting' }, { id: 'b', state: 'sent' }])).toBeNull();
  expect(settledSent([{ id: 'a', state: 'sent' }, { id: 'b', state: 'refused' }])).toEqual(['a']);
  expect(settledSent([])).toEqual([]);
});
