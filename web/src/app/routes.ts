// The pages by path. One list for the navigation and for choosing what to show.
import { lazy } from 'react';
import type { Work } from '../session/roles';

export type RouteName = 'overview' | 'measures' | 'leak' | 'gaps' | 'data';

export const navigation: { name: RouteName; path: string; work?: Work }[] = [
  { name: 'overview', path: '/', work: 'overview' },
  { name: 'measures', path: '/measures', work: 'measures' },
  { name: 'leak', path: '/leak', work: 'overview' },
  { name: 'gaps', path: '/gaps', work: 'measures' },
  { name: 'data', path: '/data', work: 'import' },
];

export const pages = {
  overview: lazy(() => import('../features/overview/OverviewPage')),
  measures: lazy(() => import('../features/measures/MeasuresPage')),
  leak: lazy(() => import('../features/leak/LeakPage')),
  gaps: lazy(() => import('../features/gaps/GapsPage')),
  gap: lazy(() => import('../features/gaps/GapPage')),
  data: lazy(() => import('../features/data/DataPage')),
};

export function routeOf(path: string): { route: RouteName; gap?: string } | null {
  const clean = path.replace(/\/+$/, '') || '/';
  const gap = /^\/gaps\/(.+)$/.exec(clean);
  if (gap) return { route: 'gaps', gap: decodeURIComponent(gap[1]) };
  const found = navigation.find((each) => each.path === clean);
  return found ? { route: found.name } : null;
}
