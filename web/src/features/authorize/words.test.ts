import { expect, it } from 'vitest';
import { alters, wishOf } from './words';

it('a scope is told as a kind of record and what is done with it', () => {
  expect(wishOf('user/Observation.rs')).toEqual({ word: 'user/Observation.rs', type: 'Observation', verbs: ['view'] });
  expect(wishOf('user/*.cruds').verbs).toEqual(['view', 'add', 'change', 'remove']);
  expect(wishOf('user/*.cruds').type).toBe('*');
  expect(wishOf('user/Patient.s').verbs).toEqual(['view']);
  expect(wishOf('user/Task.cu').verbs).toEqual(['add', 'change']);
  expect(wishOf('openid')).toEqual({ word: 'openid', identity: 'openid', verbs: [] });
});

it('what is not understood is shown as it is, never left out', () => {
  for (const strange of ['user/Observation.x', 'launch/patient', 'user/.rs']) expect(wishOf(strange).identity).toBe(strange);
});

it('viewing alone alters nothing', () => {
  expect(alters(wishOf('user/Observation.rs'))).toBe(false);
  expect(alters(wishOf('user/Observation.d'))).toBe(true);
  expect(alters(wishOf('offline_access'))).toBe(false);
});
