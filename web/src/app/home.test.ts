import { expect, it } from 'vitest';
import type { Session } from '../api/types';
import { entriesFor, homeOf } from './home';
import { levelOf } from '../care/level';

const county = { organizations: [['V1', 'village'], ['T1', 'township'], ['H1', 'county-general'], ['C1', 'city']].map(([code, kind]) => ({ code, kind, name: code, level: '', region: '', lead: '' })) };
const session = (role: string, ...organizations: string[]): Session =>
  ({ user: 'u', name: '', role, wholeCounty: false, organizations, mustChangePassword: false, expires: '' });
const all = { flow: true, referral: true, consultation: true };

it('the floor on which somebody works', () => {
  expect([['V1'], ['T1'], ['H1'], ['C1'], ['V1', 'T1'], []].map((codes) => levelOf(session('clinician', ...codes), county))).toEqual(['village', 'township', 'county', 'city', 'township', 'none']);
});

it('a village starts with Today, a specialist with the inbox, a director with the county', () => {
  expect(homeOf(session('clinician', 'V1'), 'village', all)).toBe('today');
  expect(homeOf(session('clinician', 'H1'), 'county', all)).toBe('inbox');
  expect(homeOf(session('county-director'), 'none', all)).toBe('overview');
  expect(homeOf(session('clinician', 'V1'), 'village', { flow: false, referral: false, consultation: false })).toBe('overview');
  expect(homeOf(session('hospital-it', 'H1'), 'county', all)).toBe('data');
});

it('nobody has more than the foot of a telephone holds, and nothing that the server does not answer', () => {
  expect(entriesFor(session('clinician', 'V1'), 'today', all).map((entry) => entry.name)).toEqual(['today', 'patients', 'inbox', 'programmes', 'measures']);
  expect(entriesFor(session('clinician', 'V1'), 'today', { flow: true, referral: false, consultation: false }).map((entry) => entry.name)).toEqual(['today', 'patients', 'programmes', 'measures']);
  expect(entriesFor(session('viewer'), 'overview', all).map((entry) => entry.name)).toEqual(['overview', 'measures']);
});
