import { describe, expect, it } from 'vitest';
import type { Account } from '../../api/types';
import { faultsOf, matches, needsOrganizations, roles, statesOf } from './account';

const account: Account = { user: 'li', name: '李主任', role: 'hospital-manager', organizations: ['H1'], disabled: false, mustChangePassword: false, locked: false };

describe('an account before it is sent', () => {
  it('needs a user name without blanks, a role, and an organisation where the role has one', () => {
    expect(faultsOf({ user: ' ', name: '', role: '', organizations: [] })).toEqual({ user: 'needUser', role: 'needRole' });
    expect(faultsOf({ user: 'x', name: '', role: 'viewer', organizations: [] })).toEqual({ user: 'badUser' });
    expect(faultsOf({ user: 'li ming', name: '', role: 'viewer', organizations: [] })).toEqual({ user: 'badUser' });
    expect(faultsOf({ user: '李\u3000明', name: '', role: 'viewer', organizations: [] })).toEqual({ user: 'badUser' });
    expect(faultsOf({ user: 'x'.repeat(65), name: '', role: 'viewer', organizations: [] })).toEqual({ user: 'badUser' });
    expect(faultsOf({ user: '李明', name: '', role: 'clinician', organizations: [] })).toEqual({ organizations: 'needOrganization' });
    expect(faultsOf({ user: '李明', name: '', role: 'clinician', organizations: ['H1'] })).toEqual({});
    expect(faultsOf({ user: ' liming ', name: '', role: 'county-director', organizations: [] })).toEqual({});
  });
  it('knows which roles belong to a hospital', () => {
    expect(roles.filter(needsOrganizations)).toEqual(['hospital-manager', 'hospital-it', 'clinician']);
  });
});

describe('an account in the list', () => {
  it('says every state that holds; nothing else counts once it is disabled', () => {
    expect(statesOf(account)).toEqual(['active']);
    expect(statesOf({ ...account, locked: true, mustChangePassword: true })).toEqual(['locked', 'mustChange']);
    expect(statesOf({ ...account, disabled: true, locked: true, mustChangePassword: true })).toEqual(['disabled']);
  });
  it('is found by name, user name or hospital', () => {
    for (const find of ['', ' ', 'LI', '主任', '县医院']) expect(matches(account, ['清源县医院'], find), find).toBe(true);
    expect(matches(account, ['清源县医院'], '王')).toBe(false);
  });
});
