// What the care pages ask for. What a village needs without a network goes through `useKept`.
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ApiError, call, query } from '../api/client';
import { keep, recall } from '../offline/keep';
import { useKept, type KeptAnswer } from '../offline/device';
import { useMe } from '../session/session';
import { completePerson, completeRecord, completeToday } from './complete';
import type {
  Consultation, Direction, Notice, Pathway, PatientRecord, Person, Programme, ProgrammePeople, Receiver, Referral, ReferralBox, ReferralRules, Today, WorkCounts,
} from './types';

export interface Features {
  flow: boolean;
  referral: boolean;
  consultation: boolean;
}

const askSeconds = 10;

const answers = async (path: string): Promise<boolean> => {
  try {
    await call<unknown>(path, { expectUnauthenticated: true, timeoutSeconds: askSeconds });
    return true;
  } catch (problem) {
    if (problem instanceof ApiError && (problem.isNetwork || problem.isBusy || (problem.status >= 500 && problem.status !== 501))) throw problem;
    return false;
  }
};

async function askFeatures(user: string): Promise<Features> {
  const [flow, referral, consultation] = await Promise.all([answers('/api/pathways'), answers('/api/work'), answers('/api/consultations?box=received')]);
  await keep(user, 'features', { flow, referral, consultation });
  return { flow, referral, consultation };
}

// Which of these pages the server answers for this user. What it answered last counts until it answers again: on a bad line
// nobody waits for this.
export function useFeatures(enabled = true): Features | undefined {
  const me = useMe();
  const client = useQueryClient();
  const queryKey = ['features', me.user];
  const { data } = useQuery({
    queryKey,
    queryFn: async (): Promise<Features> => {
      const kept = await recall<Features>(me.user, 'features').catch(() => null);
      const asked = askFeatures(me.user);
      if (!kept) return asked;
      asked.then((now) => client.setQueryData(queryKey, now), () => undefined);
      return kept.value;
    },
    staleTime: 10 * 60_000, enabled,
  });
  return data;
}

export const todayPath = (offset = 0): string => `/api/today${query({ count: 200, offset: offset || '' })}`;
export const patientPath = (id: string): string => `/api/patients/${encodeURIComponent(id)}`;

function useWhole<Given, Whole>(answer: KeptAnswer<Given>, complete: (given: Given) => Whole): KeptAnswer<Whole> {
  const { data } = answer;
  const whole = useMemo(() => (data === undefined ? undefined : complete(data)), [data, complete]);
  return { ...answer, data: whole };
}

export const useToday = () => useWhole(useKept<Today>(useMe().user, 'today', todayPath()), completeToday);
export const usePatient = (id: string) => useWhole(useKept<PatientRecord>(useMe().user, `patient.${id}`, patientPath(id), { enabled: !id.startsWith('new:') }), completeRecord);
export const usePathways = (enabled = true) =>
  useKept<{ pathways: Pathway[] }>(useMe().user, 'pathways', '/api/pathways', { enabled, staleTime: 10 * 60_000 });

export const rulesPath = (patient: string, direction: Direction): string => `/api/referral-rules${query({ patient, direction })}`;
export const receiversPath = (patient: string, direction: Direction, service: string): string => `/api/receivers${query({ direction, service, patient })}`;
export const useReferralRules = (patient: string, direction: Direction, enabled = true) =>
  useKept<ReferralRules>(useMe().user, `rules.${direction}.${patient}`, rulesPath(patient, direction), { enabled, staleTime: 5 * 60_000, keptAs: `rules.${direction}` });
export const useReceivers = (patient: string, direction: Direction, service: string, enabled = true) =>
  useKept<{ receivers: Receiver[] }>(useMe().user, `receivers.${direction}.${service}.${patient}`, receiversPath(patient, direction, service), { enabled, keptAs: `receivers.${direction}.${service}` });

export const useReferrals = (box: ReferralBox, enabled = true) =>
  useKept<{ referrals: Referral[]; counts?: Record<string, number> }>(useMe().user, `referrals.${box}`, `/api/referrals${query({ box, count: 100 })}`, { enabled, refetchInterval: 60_000 });
// Of one patient, those under way first; from which the page also warns before somebody is referred twice.
export const useReferralsOf = (patient: string, enabled: boolean) =>
  useKept<{ referrals: Referral[] }>(useMe().user, `referrals.of.${patient}`, `/api/referrals${query({ patient, count: 20 })}`, { enabled: enabled && !patient.startsWith('new:') });
export const useReferral = (id: string) => useKept<Referral>(useMe().user, `referral.${id}`, `/api/referrals/${encodeURIComponent(id)}`);
export const useConsultations = (box: 'received' | 'sent', enabled = true) =>
  useKept<{ consultations: Consultation[] }>(useMe().user, `consultations.${box}`, `/api/consultations${query({ box })}`, { enabled, refetchInterval: 60_000 });
export const useConsultation = (id: string) => useKept<Consultation>(useMe().user, `consultation.${id}`, `/api/consultations/${encodeURIComponent(id)}`);
export const useNotices = (enabled = true) => useKept<{ unread: number; notices: Notice[] }>(useMe().user, 'notices', '/api/inbox', { enabled, refetchInterval: 60_000 });

export const useWork = (enabled: boolean) =>
  useQuery({ queryKey: ['work'], queryFn: () => call<WorkCounts>('/api/work'), enabled, refetchInterval: 60_000, staleTime: 20_000 });

export const useFound = (find: string) =>
  useQuery({
    queryKey: ['find', find], queryFn: ({ signal }) => call<{ patients: Person[] }>(`/api/patients${query({ find, count: 30 })}`, { signal }).then((answer) => ({ patients: answer.patients.map(completePerson) })),
    enabled: find.trim() !== '', staleTime: 20_000,
  });

export const useProgramme = (pathway: string, organization: string) =>
  useQuery({
    queryKey: ['programme', pathway, organization],
    queryFn: ({ signal }) => call<Programme>(`/api/programmes/${encodeURIComponent(pathway)}${query({ organization })}`, { signal }),
    placeholderData: keepPreviousData,
  });

export interface PeopleQuestion {
  pathway: string;
  stage?: string;
  organization?: string;
  overdue?: '1';
  pool?: string;
}

export const useProgrammePeople = ({ pathway, ...rest }: PeopleQuestion) =>
  useQuery({
    queryKey: ['programme-people', pathway, rest],
    queryFn: ({ signal }) => call<ProgrammePeople>(`/api/programmes/${encodeURIComponent(pathway)}/people${query(rest)}`, { signal }),
  });
