import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { OwnSession, Passkeys, SecondFactor } from '../../api/types';

export const factorKey = ['second-factor'];
export const passkeysKey = ['passkeys'];
export const sessionsKey = ['own-sessions'];

export const useFactor = () => useQuery({ queryKey: factorKey, queryFn: ({ signal }) => call<SecondFactor>('/api/session/second-factor', { signal }) });
export const usePasskeys = () => useQuery({ queryKey: passkeysKey, queryFn: ({ signal }) => call<Passkeys>('/api/session/passkeys', { signal }) });
export const useOwnSessions = () =>
  useQuery({ queryKey: sessionsKey, queryFn: ({ signal }) => call<{ sessions: OwnSession[] }>('/api/sessions', { signal }).then((answer) => answer.sessions), staleTime: 0 });
