// What an account may be, before the server (src/auth/accounts.cc), which has the last word, is asked.
import type { Account } from '../../api/types';

export const roles = ['county-director', 'insurance-officer', 'hospital-manager', 'hospital-it', 'clinician', 'viewer', 'administrator', 'security-administrator', 'auditor'] as const;

// The other roles see the whole county and need no organisation.
const ofOrganizations = ['hospital-manager', 'hospital-it', 'clinician'];
export const needsOrganizations = (role: string): boolean => ofOrganizations.includes(role);

export interface Typed {
  user: string;
  name: string;
  role: string;
  organizations: string[];
}

export type Fault = 'needUser' | 'badUser' | 'needRole' | 'needOrganization';
export type Faults = { user?: Fault; role?: Fault; organizations?: Fault };

const userCharacters = { least: 2, most: 64 };

export function faultsOf(typed: Typed): Faults {
  const faults: Faults = {};
  const user = typed.user.trim();
  const length = [...user].length;
  if (user === '') faults.user = 'needUser';
  else if (length < userCharacters.least || length > userCharacters.most || /[\s\u0000-\u001f\u007f\u3000]/.test(user)) faults.user = 'badUser';
  if (typed.role === '') faults.role = 'needRole';
  else if (needsOrganizations(typed.role) && typed.organizations.length === 0) faults.organizations = 'needOrganization';
  return faults;
}

export type AccountState = 'active' | 'disabled' | 'locked' | 'mustChange';

// Every state that holds, the hardest first; an account that may simply sign in is 'active'.
export function statesOf(account: Account): AccountState[] {
  const states: AccountState[] = [];
  if (account.disabled) states.push('disabled');
  if (account.locked && !account.disabled) states.push('locked');
  if (account.mustChangePassword && !account.disabled) states.push('mustChange');
  return states.length === 0 ? ['active'] : states;
}

export function matches(account: Account, organizationNames: string[], find: string): boolean {
  const wanted = find.trim().toLowerCase();
  return wanted === '' || [account.user, account.name, ...organizationNames].some((words) => words.toLowerCase().includes(wanted));
}
