// What a role is offered on the page. Only for showing and hiding: the server decides (src/access/decide.cc).
import type { Session } from '../api/types';

export type Work = 'county' | 'measures' | 'cases' | 'decide' | 'import' | 'accounts' | 'audit' | 'emergencies' | 'care' | 'inbox' | 'programmes';

const works: Record<string, Work[]> = {
  administrator: ['measures', 'cases', 'import'],
  'security-administrator': [],
  auditor: [],
  'county-director': ['measures', 'cases', 'decide', 'import', 'programmes', 'emergencies'],
  'insurance-officer': ['measures', 'cases', 'import'],
  'hospital-manager': ['measures', 'cases', 'decide', 'import', 'programmes'],
  'hospital-it': ['import'],
  clinician: ['measures', 'cases', 'care', 'inbox', 'programmes'],
  viewer: ['measures'],
};

// What goes with a duty: three people's work, and the administrator's until the others are there (src/access/caller.h).
const ofDuty: Record<string, Work[]> = { security: ['accounts'], audit: ['audit', 'emergencies'] };

export function may(session: Session, work: Work): boolean {
  const mine = works[session.role] ?? ['measures', 'cases'];
  // The county's own numbers are for those who see the whole county.
  if (work === 'county') return session.wholeCounty && mine.includes('measures');
  return mine.includes(work) || (session.duties ?? []).some((duty) => ofDuty[duty]?.includes(work));
}

// Which files this role may bring.
export function importKindsOf(session: Session): string[] {
  if (session.role === 'insurance-officer') return ['settlements', 'population'];
  if (session.role === 'hospital-manager' || session.role === 'hospital-it') return ['first-pages', 'fhir'];
  return ['first-pages', 'settlements', 'organizations', 'population', 'fhir'];
}
