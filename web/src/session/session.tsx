// Who is signed in. An ended session keeps the page as it is and asks for the password above it.
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { ApiError, call, onSessionExpired, whenReachable } from '../api/client';
import type { Session } from '../api/types';
import { wipeDevice } from '../offline/device';
import { keep, recall } from '../offline/keep';

// Says only "somebody was signed in here": without it the first visit would ask the server a question that can only fail.
const hintKey = 'qianxian.signed-in';

export function hint(set?: boolean): boolean {
  try {
    if (set === true) localStorage.setItem(hintKey, '1');
    if (set === false) localStorage.removeItem(hintKey);
    return localStorage.getItem(hintKey) === '1';
  } catch {
    return true;  // cannot remember: ask the server
  }
}

const laterKey = 'qianxian.sign-out-later';

function later(set?: boolean): boolean {
  try {
    if (set === true) localStorage.setItem(laterKey, '1');
    if (set === false) localStorage.removeItem(laterKey);
    return localStorage.getItem(laterKey) === '1';
  } catch {
    return false;
  }
}

// With no network the server cannot be told: it is, as soon as the page meets it again.
async function endSession(): Promise<void> {
  try {
    await call<void>('/api/session', { method: 'DELETE', expectUnauthenticated: true });
    later(false);
  } catch (problem) {
    if (problem instanceof ApiError && problem.isNetwork) later(true);
    else if (!(problem instanceof ApiError && problem.status === 401)) throw problem;
  }
}

export const sessionQuery = {
  queryKey: ['session'],
  queryFn: () => call<Session>('/api/session', { expectUnauthenticated: true }),
  staleTime: 5000,
  retry: false,
};

interface SessionState {
  session: Session | null;
  checking: boolean;
  expired: boolean;
  signIn: (user: string, password: string) => Promise<void>;
  changePassword: (current: string, next: string) => Promise<void>;
  signOut: () => Promise<void>;
}

const SessionContext = createContext<SessionState | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [session, setSession] = useState<Session | null>(null);
  const [checking, setChecking] = useState(hint);
  const [expired, setExpired] = useState(false);

  useEffect(() => {
    if (later() && !hint()) void whenReachable().then(endSession);
    if (!hint()) return;
    const start = async () => {
      try {
        const found = await client.fetchQuery(sessionQuery);
        void keep('', 'session', found);
        setSession(found);
      } catch (problem) {
        // With no network whoever was signed in here goes on with what is kept here; the server is asked as soon as it is there.
        const kept = problem instanceof ApiError && problem.isNetwork ? await recall<Session>('', 'session').catch(() => null) : null;
        if (!kept) {
          if (!(problem instanceof ApiError && problem.isNetwork)) hint(false);
          return;
        }
        setSession(kept.value);
        setChecking(false);
        await whenReachable();
        await client.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(setSession, (later) => later instanceof ApiError && later.status === 401 && setExpired(true));
      }
    };
    void start().finally(() => setChecking(false));
  }, [client]);

  useEffect(() => onSessionExpired(() => setExpired(true)), []);

  const signIn = useCallback(
    async (user: string, password: string) => {
      const next = await call<Session>('/api/session', { method: 'POST', body: { user, password }, expectUnauthenticated: true });
      hint(true);
      later(false);
      void keep('', 'session', next);
      // Another person at the same page must not see what the first one loaded.
      if (session && session.user !== next.user) client.clear();
      setSession(next);
      if (expired) {
        setExpired(false);
        await client.invalidateQueries();
      }
    },
    [client, expired, session],
  );

  const changePassword = useCallback(async (current: string, next: string) => {
    setSession(await call<Session>('/api/password', { method: 'POST', body: { current, new: next }, expectUnauthenticated: true }));
  }, []);

  const signOut = useCallback(async () => {
    try {
      await endSession();
    } finally {
      hint(false);
      // A session that ended by itself: what its owner has not sent waits for the next sign-in.
      if (session) await wipeDevice(session.user, expired).catch(() => undefined);
      setSession(null);
      setExpired(false);
      client.clear();
    }
  }, [client, session, expired]);

  const state = useMemo(
    () => ({ session, checking, expired, signIn, changePassword, signOut }),
    [session, checking, expired, signIn, changePassword, signOut],
  );
  return <SessionContext.Provider value={state}>{children}</SessionContext.Provider>;
}

export function useSession(): SessionState {
  const state = useContext(SessionContext);
  if (!state) throw new Error('no session provider above');
  return state;
}

// The signed-in person; only for what is shown behind the sign-in.
export function useMe(): Session {
  const { session } = useSession();
  if (!session) throw new Error('nobody is signed in');
  return session;
}
