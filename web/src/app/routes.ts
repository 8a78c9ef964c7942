// The pages by path. One list for the navigation and for choosing what to show.
import { lazy } from 'react';
import type { Work } from '../session/roles';
import { watched } from './watched';

export type RouteName = 'overview' | 'measures' | 'leak' | 'gaps' | 'data' | 'accounts';

export const navigation: { name: RouteName; path: string; work?: Work }[] = [
  { name: 'overview', path: '/', work: 'measures' },
  { name: 'measures', path: '/measures', work: 'measures' },
  { name: 'leak', path: '/leak', work: 'county' },
  { name: 'gaps', path: '/gaps', work: 'cases' },
  { name: 'data', path: '/data', work: 'import' },
  { name: 'accounts', path: '/accounts', work: 'accounts' },
];

const parts = {
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
  overview: lazy(parts.overview),
  measures: lazy(parts.measures),
  leak: lazy(parts.leak),
  gaps: lazy(parts.gaps),
  gap: lazy(parts.gap),
  data: lazy(parts.data),
  accounts: lazy(parts.accounts),
};

export const drawers = { cases: lazy(parts.cases), record: lazy(parts.record), definition: lazy(parts.definition) };

const quietMilliseconds = 2500;

// Once the first page stands, the others are fetched quietly: the next click is quick and works on a bad line.
export function fetchOtherParts(): void {
  const fetchAll = () => Object.values(parts).forEach((load) => void load().catch(() => undefined));
  setTimeout(() => ('requestIdleCallback' in window ? window.requestIdleCallback(fetchAll, { timeout: 4000 }) : fetchAll()), quietMilliseconds);
}

export function routeOf(path: string): { route: RouteName; gap?: string } | null {
  const clean = path.replace(/\/+$/, '') || '/';
  const gap = /^\/gaps\/(.+)$/.exec(clean);
  if (gap) return { route: 'gaps', gap: decodeURIComponent(gap[1]) };
  const found = navigation.find((each) => each.path === clean);
  return found ? { route: found.name } : null;
}
