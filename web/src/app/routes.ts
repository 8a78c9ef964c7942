// The pages by path. One list for the navigation and for choosing what to show.
import { createElement, type ComponentType } from 'react';
import OverviewPage from '../features/overview/OverviewPage';
import { loadAllTexts } from '../i18n';
import type { Work } from '../session/roles';
import { kept, shown, standing } from './kept';
import { watched } from './watched';

export type RouteName = 'today' | 'inbox' | 'patients' | 'overview' | 'measures' | 'leak' | 'gaps' | 'programmes' | 'data' | 'accounts' | 'audit' | 'emergencies';

export interface Entry {
  name: RouteName;
  path: string;
  work?: Work;
  // Only where the server answers these routes.
  needs?: 'flow' | 'referral';
  // Reached from elsewhere, not in the navigation.
  isQuiet?: true;
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
  { name: 'audit', path: '/audit', work: 'audit' },
  { name: 'emergencies', path: '/emergencies', work: 'emergencies', isQuiet: true },
];

interface Module<P> {
  default: ComponentType<P>;
}

// What makes do with the texts that are there from the start: what stands before the work.
const early = <P>(load: () => Promise<Module<P>>) => kept(watched(load));
// Everything else comes with the rest of the texts.
const part = <P>(load: () => Promise<Module<P>>) => kept(watched(async () => (await Promise.all([load(), loadAllTexts()]))[0]));

// What uses the component library stands in its look (house.test.ts says what does).
const dressed = <P extends object>(load: () => Promise<Module<P>>) => async (): Promise<Module<P>> => {
  const [{ Look }, { default: Page }] = await Promise.all([import('../ui/Look'), load()]);
  return { default: (props: P) => createElement(Look, null, createElement(Page, props)) };
};

export const parts = {
  signIn: early(dressed(() => import('../features/signin/SignInPage'))),
  password: early(dressed(() => import('../features/signin/PasswordPage'))),
  signInAgain: early(dressed(() => import('../features/signin/ReturnDialog'))),
  authorize: part(dressed(() => import('../features/authorize/AuthorizePage'))),
  firstFactor: part(dressed(() => import('../features/security/FirstFactor'))),
  security: part(dressed(() => import('../features/security/SecurityPage'))),
  today: part(() => import('../features/today/TodayPage')),
  visit: part(() => import('../features/visit/VisitPage')),
  patients: part(dressed(() => import('../features/patients/PatientsPage'))),
  patient: part(() => import('../features/patient/PatientPage')),
  outbox: part(() => import('../features/outbox/OutboxPage')),
  refer: part(() => import('../features/refer/ReferPage')),
  consult: part(() => import('../features/refer/ConsultPage')),
  inbox: part(() => import('../features/inbox/InboxPage')),
  referral: part(() => import('../features/inbox/ReferralPage')),
  consultation: part(() => import('../features/inbox/ConsultationPage')),
  programmes: part(() => import('../features/programmes/ProgrammesPage')),
  overview: standing(OverviewPage),  // what most see first: one thing less to wait for
  measures: part(() => import('../features/measures/MeasuresPage')),
  leak: part(() => import('../features/leak/LeakPage')),
  gaps: part(() => import('../features/gaps/GapsPage')),
  gap: part(dressed(() => import('../features/gaps/GapPage'))),
  data: part(() => import('../features/data/DataPage')),
  accounts: part(dressed(() => import('../features/accounts/AccountsPage'))),
  audit: part(() => import('../features/audit/AuditPage')),
  emergencies: part(dressed(() => import('../features/emergencies/EmergenciesPage'))),
  clients: part(dressed(() => import('../features/clients/ClientsPage'))),
  cases: part(() => import('../features/cases/CasesDrawer')),
  record: part(() => import('../features/cases/RecordDrawer')),
  definition: part(() => import('../features/definition/DefinitionDrawer')),
};

export const pages = {
  today: shown(parts.today),
  outbox: shown(parts.outbox),
  patients: shown(parts.patients),
  inbox: shown(parts.inbox),
  programmes: shown(parts.programmes),
  overview: shown(parts.overview),
  measures: shown(parts.measures),
  leak: shown(parts.leak),
  gaps: shown(parts.gaps),
  data: shown(parts.data),
  accounts: shown(parts.accounts),
  audit: shown(parts.audit),
  emergencies: shown(parts.emergencies),
  clients: shown(parts.clients),
};

// Pages of one thing: a gap, a patient, a referral.
export const pagesOfOne = {
  gap: shown(parts.gap),
  patient: shown(parts.patient),
  visit: shown(parts.visit),
  refer: shown(parts.refer),
  consult: shown(parts.consult),
  referral: shown(parts.referral),
  consultation: shown(parts.consultation),
};

export const drawers = { cases: shown(parts.cases), record: shown(parts.record), definition: shown(parts.definition) };

const quietMilliseconds = 2500;
const everybodysParts: (keyof typeof parts)[] = ['signIn', 'signInAgain', 'password'];
const careParts: (keyof typeof parts)[] = ['today', 'visit', 'patients', 'patient', 'outbox', 'refer', 'consult', 'inbox', 'referral', 'consultation'];

// Once the first page stands, the others are fetched quietly: the next click is quick and works on a bad line. Who works with
// patients gets the pages of care, and not every page of the county over a telephone's line.
export function fetchOtherParts(care: boolean): void {
  const names = care ? [...careParts, ...everybodysParts] : (Object.keys(parts) as (keyof typeof parts)[]).filter((name) => !careParts.includes(name));
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
  if (clean === '/clients') return { route: 'accounts', page: 'clients' };
  for (const [pattern, page, route] of ofOne) {
    const match = pattern.exec(clean);
    if (match) return { route, page: null, one: { page, id: decodeURIComponent(match[1]) } };
  }
  const found = navigation.find((each) => each.path === clean);
  return found ? { route: found.name, page: found.name } : null;
}
