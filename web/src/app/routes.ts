// The pages by path. One list for the navigation and for choosing what to show.
import { lazy } from 'react';
import type { Work } from '../session/roles';
import { watched } from './watched';

export type RouteName = 'today' | 'inbox' | 'patients' | 'overview' | 'measures' | 'leak' | 'gaps' | 'programmes' | 'data' | 'accounts';

export interface Entry {
  name: RouteName;
  path: string;
  work?: Work;
  // Only where the server answers these routes.
  needs?: 'flow' | 'referral';
}

export const navigation: Entry[] = [
  { name: 'today', path: '/today', work: 'care', needs: 'flow' },
  { name: 'inbox', path: '/inbox', work: 'inbox', needs: 'referral' },
  { name: 'patients', path: '/patients', work: 'care', needs: 'flow' },
  { name: 'overview', path: '/overview', work: 'measures' },
  { name: 'measures', path: '/measures', work: 'measures' },
  { name: 'leak', path: '/leak', work: 'county' },
  { name: 'gaps', path: '/gaps', work: 'cases' },
  { name: 'programmes', path: '/programmes', work: 'programmes', needs: 'flow' },
  { name: 'data', path: '/data', work: 'import' },
  { name: 'accounts', path: '/accounts', work: 'accounts' },
];

const parts = {
  today: watched(() => import('../features/today/TodayPage')),
  visit: watched(() => import('../features/visit/VisitPage')),
  patients: watched(() => import('../features/patients/PatientsPage')),
  patient: watched(() => import('../features/patient/PatientPage')),
  outbox: watched(() => import('../features/outbox/OutboxPage')),
  refer: watched(() => import('../features/refer/ReferPage')),
  consult: watched(() => import('../features/refer/ConsultPage')),
  inbox: watched(() => import('../features/inbox/InboxPage')),
  referral: watched(() => import('../features/inbox/ReferralPage')),
  consultation: watched(() => import('../features/inbox/ConsultationPage')),
  programmes: watched(() => import('../features/programmes/ProgrammesPage')),
  overview: watched(() => import('../features/overview/OverviewPage')),
  measures: watched(() => import('../features/measures/MeasuresPage')),
  leak: watched(() => import('../features/leak/LeakPage')),
  gaps: watched(() => import('../features/gaps/GapsPage')),
  gap: watched(() => import('../features/gaps/GapPage')),
  data: watched(() => import('../features/data/DataPage')),
  accounts: watched(() => import('../features/accounts/AccountsPage')),
  cases: watched(() => import('../features/cases/CasesDrawer')),
  record: watched(() => import('../features/cases/RecordDrawer')),
  definition: watched(() => import('../features/definition/DefinitionDrawer')),
};

export const pages = {
  today: lazy(parts.today),
  outbox: lazy(parts.outbox),
  patients: lazy(parts.patients),
  inbox: lazy(parts.inbox),
  programmes: lazy(parts.programmes),
  overview: lazy(parts.overview),
  measures: lazy(parts.measures),
  leak: lazy(parts.leak),
  gaps: lazy(parts.gaps),
  data: lazy(parts.data),
  accounts: lazy(parts.accounts),
};

// Pages of one thing: a gap, a patient, a referral.
export const pagesOfOne = {
  gap: lazy(parts.gap),
  patient: lazy(parts.patient),
  visit: lazy(parts.visit),
  refer: lazy(parts.refer),
  consult: lazy(parts.consult),
  referral: lazy(parts.referral),
  consultation: lazy(parts.consultation),
};

export const drawers = { cases: lazy(parts.cases), record: lazy(parts.record), definition: lazy(parts.definition) };

const quietMilliseconds = 2500;
const careParts: (keyof typeof parts)[] = ['today', 'visit', 'patients', 'patient', 'outbox', 'refer', 'consult', 'inbox', 'referral', 'consultation'];

// Once the first page stands, the others are fetched quietly: the next click is quick and works on a bad line. Who works with
// patients gets the pages of care, and not every page of the county over a telephone's line.
export function fetchOtherParts(care: boolean): void {
  const names = care ? careParts : (Object.keys(parts) as (keyof typeof parts)[]).filter((name) => !careParts.includes(name));
  const fetchAll = () => names.forEach((name) => void parts[name]().catch(() => undefined));
  setTimeout(() => ('requestIdleCallback' in window ? window.requestIdleCallback(fetchAll, { timeout: 4000 }) : fetchAll()), quietMilliseconds);
}

export interface Place {
  // Which entry of the navigation is marked.
  route: RouteName;
  page: keyof typeof pages | null;
  one?: { page: keyof typeof pagesOfOne; id: string };
}

const ofOne: [RegExp, keyof typeof pagesOfOne, RouteName][] = [
  [/^\/gaps\/([^/]+)$/, 'gap', 'gaps'],
  [/^\/patients\/([^/]+)$/, 'patient', 'patients'],
  [/^\/patients\/([^/]+)\/visit$/, 'visit', 'today'],
  [/^\/patients\/([^/]+)\/refer$/, 'refer', 'patients'],
  [/^\/patients\/([^/]+)\/consult$/, 'consult', 'patients'],
  [/^\/referrals\/([^/]+)$/, 'referral', 'inbox'],
  [/^\/consultations\/([^/]+)$/, 'consultation', 'inbox'],
];

// `home`: what "/" shows to this user.
export function routeOf(path: string, home: RouteName): Place | null {
  const clean = path.replace(/\/+$/, '') || '/';
  if (clean === '/') return { route: home, page: home };
  if (clean === '/outbox') return { route: 'today', page: 'outbox' };
  for (const [pattern, page, route] of ofOne) {
    const match = pattern.exec(clean);
    if (match) return { route, page: null, one: { page, id: decodeURIComponent(match[1]) } };
  }
  const found = navigation.find((each) => each.path === clean);
  return found ? { route: found.name, page: found.name } : null;
}
