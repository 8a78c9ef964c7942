// Who may take an enrolment over: the hospitals of the county, and each township with its villages, so that a long list stays short to read.
import type { Organization } from '../../api/types';

export interface HandOverGroup {
  // Empty: the hospitals.
  name: string;
  organizations: Organization[];
}

const outside = ['city', 'province', 'other-province', 'other', 'pharmacy'];

export function handOverGroups(organizations: Organization[], present: string): HandOverGroup[] {
  const inside = organizations.filter((each) => !outside.includes(each.kind));
  const groups = new Map<string, Organization[]>([['', []]]);
  for (const each of inside) if (each.kind === 'township' || each.kind === 'community') groups.set(each.code, [each]);
  for (const each of inside) {
    if (groups.has(each.code)) continue;
    (groups.get(each.kind === 'village' && groups.has(each.lead) ? each.lead : '') ?? []).push(each);
  }
  const nameOf = (code: string): string => inside.find((each) => each.code === code)?.name ?? '';
  return [...groups].map(([code, all]) => ({ name: nameOf(code), organizations: all.filter((each) => each.code !== present) })).filter((group) => group.organizations.length > 0);
}
