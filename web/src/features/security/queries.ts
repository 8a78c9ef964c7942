import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { OwnSession, SecondFactor } from '../../api/types';

export const factorKey = ['second-factor'];
export const sessionsKey = ['own-sessions'];

export const useFactor = () => useQuery({ queryKey: factorKey, queryFn: ({ signal }) => call<SecondFactor>('/api/session/second-factor', { signal }) });
export const useOwnSessions = () =>
  useQuery({ queryKey: sessionsKey, queryFn: ({ signal }) => call<{ sessions: OwnSession[] }>('/api/sessions', { signal }).then((answer) => answer.sessions), staleTime: 0 });
