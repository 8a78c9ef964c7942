// What the first view needs is asked for at once, not one after the other: who is signed in, the county, the definitions and,
// on the start page, the overview and its script.
import { QueryClient } from '@tanstack/react-query';
import { ApiError, call } from '../api/client';
import { askCounty } from '../api/queries';
import type { MeasureDefinition, Overview } from '../api/types';
import { hint, sessionQuery } from '../session/session';
import { rememberedHome } from './home';

export function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        networkMode: 'always',  // the server may well be on this very machine
        // Busy servers and lost lines deserve another try; a refusal does not change by asking twice.
        retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status === 503),
        retryDelay: (count, error) => (error instanceof ApiError && error.retryAfterSeconds ? Math.min(error.retryAfterSeconds, 5) * 1000 : 400 * 2 ** count),
      },
      mutations: { networkMode: 'always' },
    },
  });
}

export function startEarly(client: QueryClient): void {
  if (!hint()) return;
  const quiet = { expectUnauthenticated: true };
  void client.prefetchQuery(sessionQuery);
  void client.prefetchQuery({ queryKey: ['county'], queryFn: () => askCounty(true), retry: false });
  void client.prefetchQuery({
    queryKey: ['measures'], queryFn: () => call<{ measures: MeasureDefinition[] }>('/api/measures', quiet).then((answer) => answer.measures), retry: false,
  });
  const home = rememberedHome();
  if (home === 'today' || home === 'inbox' || window.location.pathname !== '/' || new URLSearchParams(window.location.search).has('period')) return;
  void import('../features/overview/OverviewPage').catch(() => undefined);  // asked for again, and then told, by the page
  call<Overview>('/api/overview', quiet).then(
    (overview) => client.setQueryData(['overview', overview.period], overview),
    () => undefined,
  );
}
