// Who is signed in. An ended session keeps the page as it is and asks for the password above it.
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { ApiError, call, onSessionExpired, whenReachable } from '../api/client';
import type { HalfSession, Session } from '../api/types';
import { wipeDevice } from '../offline/device';
import { showPasskey, type PasskeyRequest } from '../lib/passkey';
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

// The server did not say who is signed in, and not that nobody is.
const saysNothing = (problem: unknown): boolean => problem instanceof ApiError && (problem.isNetwork || problem.isBusy);

// With no network, or a server that is too busy, it cannot be told: it is, as soon as the page meets it again.
async function endSession(): Promise<void> {
  try {
    await call<void>('/api/session', { method: 'DELETE', expectUnauthenticated: true });
    later(false);
  } catch (problem) {
    if (saysNothing(problem)) later(true);
    else if (!(problem instanceof ApiError && problem.status === 401)) throw problem;
  }
}

type SignedIn = Session | HalfSession;
const isHalf = (answer: SignedIn): answer is HalfSession => 'needsCode' in answer && answer.needsCode === true;

// Of half a session: that it has ended is no ended session of the page.
const tell = <T,>(path: string, body: unknown) => call<T>(path, { method: 'POST', body, expectUnauthenticated: true });

export const sessionQuery = {
  queryKey: ['session'],
  queryFn: () => call<SignedIn>('/api/session', { expectUnauthenticated: true }),
  staleTime: 5000,
  retry: (count: number, error: Error) => count < 2 && error instanceof ApiError && error.isBusy,
};

interface SessionState {
  session: Session | null;
  checking: boolean;
  expired: boolean;
  // Between the password and the code.
  half: HalfSession | null;
  // Why a half session ended: said where the password is asked for again.
  halfEnded: ApiError | null;
  presentCode: (code: string) => Promise<void>;
  presentPasskey: () => Promise<void>;
  leaveHalf: () => Promise<void>;
  // Asks the server again what the session is: after a second factor was set up or taken away.
  refresh: () => Promise<void>;
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
  const [half, setHalf] = useState<HalfSession | null>(null);
  const [halfEnded, setHalfEnded] = useState<ApiError | null>(null);

  useEffect(() => {
    if (later() && !hint()) void whenReachable().then(endSession);
    if (!hint()) return;
    const start = async () => {
      try {
        const found = await client.fetchQuery(sessionQuery);
        if (isHalf(found)) {
          setHalf(found);
          return;
        }
        void keep('', 'session', found);
        setSession(found);
      } catch (problem) {
        // With no network, or a server that is too busy, whoever was signed in here goes on with what is kept here; the server is asked as soon as it is there.
        const kept = saysNothing(problem) ? await recall<Session>('', 'session').catch(() => null) : null;
        if (!kept) {
          if (!saysNothing(problem)) hint(false);
          return;
        }
        setSession(kept.value);
        setChecking(false);
        await whenReachable();
        await client.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(
          (found) => (isHalf(found) ? setExpired(true) : setSession(found)),
          (later) => later instanceof ApiError && later.status === 401 && setExpired(true),
        );
      }
    };
    void start().finally(() => setChecking(false));
  }, [client]);

  useEffect(() => onSessionExpired(() => setExpired(true)), []);

  const enter = useCallback(
    async (next: Session) => {
      setHalf(null);
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

  const signIn = useCallback(
    async (user: string, password: string) => {
      const next = await call<SignedIn>('/api/session', { method: 'POST', body: { user, password }, expectUnauthenticated: true });
      setHalfEnded(null);
      if (isHalf(next)) setHalf(next);
      else await enter(next);
    },
    [enter],
  );

  const present = useCallback(
    async (work: () => Promise<Session>) => {
      try {
        await enter(await work());
      } catch (problem) {
        // The half session is over: the password is asked for again, with what happened said there.
        if (problem instanceof ApiError && (problem.code === 'no-session' || problem.code === 'too-many-codes')) {
          setHalfEnded(problem);
          setHalf(null);
        }
        throw problem;
      }
    },
    [enter],
  );
  const presentCode = useCallback((code: string) => present(() => tell<Session>('/api/session/code', { code })), [present]);
  const presentPasskey = useCallback(
    () => present(async () => {
      const { publicKey } = await tell<{ publicKey: PasskeyRequest }>('/api/session/passkey-challenge', {});
      return tell<Session>('/api/session/passkey', await showPasskey(publicKey));
    }),
    [present],
  );

  const leaveHalf = useCallback(async () => {
    setHalf(null);
    await endSession().catch(() => undefined);  // it ends by itself within minutes
  }, []);

  const refresh = useCallback(async () => {
    const found = await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    if (!isHalf(found)) setSession(found);
  }, [client]);

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
      setHalf(null);
      setExpired(false);
      client.clear();
    }
  }, [client, session, expired]);

  const state = useMemo(
    () => ({ session, checking, expired, half, halfEnded, presentCode, presentPasskey, leaveHalf, refresh, signIn, changePassword, signOut }),
    [session, checking, expired, half, halfEnded, presentCode, presentPasskey, leaveHalf, refresh, signIn, changePassword, signOut],
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
