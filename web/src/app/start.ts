// What the first view needs is asked for at once, not one after the other: who is signed in, the county, the definitions and,
// on the start page, the overview.
import { QueryClient } from '@tanstack/react-query';
import { ApiError, call } from '../api/client';
import { askCounty } from '../api/queries';
import type { MeasureDefinition, Overview } from '../api/types';
import { hint, sessionQuery } from '../session/session';
import { demoQuery } from '../ui/DemoBanner';
import { rememberedHome } from './home';
import { parts } from './routes';

export function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        networkMode: 'always',  // the server may well be on this very machine
        // Busy servers and lost lines deserve another try; a refusal does not change by asking twice.
        retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.isBusy),
        retryDelay: (count, error) => (error instanceof ApiError && error.retryAfterSeconds ? Math.min(error.retryAfterSeconds, 5) * 1000 : 400 * 2 ** count),
      },
      mutations: { networkMode: 'always' },
    },
  });
}

// What the very first picture waits for: the sign-in where nobody is signed in, else nothing.
export async function startEarly(client: QueryClient): Promise<void> {
  if (!hint()) {
    void client.prefetchQuery(demoQuery);
    // Not through parts at once: that would wait for the network, with nothing on the page that says so.
    await Promise.all([import('../features/signin/SignInPage'), import('../ui/Look')]).then(parts.signIn).catch(() => undefined);
    return;
  }
  const quiet = { expectUnauthenticated: true };
  void client.prefetchQuery(sessionQuery);
  void client.prefetchQuery({ queryKey: ['county'], queryFn: () => askCounty(true), retry: false });
  void client.prefetchQuery({
    queryKey: ['measures'], queryFn: () => call<{ measures: MeasureDefinition[] }>('/api/measures', quiet).then((answer) => answer.measures), retry: false,
  });
  const home = rememberedHome();
  if (home === 'today' || home === 'inbox' || window.location.pathname !== '/' || new URLSearchParams(window.location.search).has('period')) return;
  call<Overview>('/api/overview', quiet).then(
    (overview) => client.setQueryData(['overview', overview.period], overview),
    () => undefined,
  );
}
