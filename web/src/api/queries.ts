// What the pages ask for, as hooks. Keys hold every parameter, so two pages that ask the same share the answer.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { keep, recall } from '../offline/keep';
import { ApiError, call, query } from './client';
import type {
  Account, Action, ActionType, CaseRecord, Cases, County, Gap, Import, Leak, MeasureDefinition, Overview, ReportRow, Sheet,
} from './types';

// The frame of every page needs it: with no network, the county as it was last told to this device.
export async function askCounty(expectUnauthenticated = false): Promise<County> {
  try {
    const county = await call<County>('/api/county', { expectUnauthenticated });
    void keep('', 'county', county);
    return county;
  } catch (problem) {
    const kept = problem instanceof ApiError && problem.isNetwork ? await recall<County>('', 'county').catch(() => null) : null;
    if (kept) return kept.value;
    throw problem;
  }
}

export const useCounty = (enabled = true) =>
  useQuery({ queryKey: ['county'], queryFn: () => askCounty(), enabled, staleTime: 60_000 });

export const useMeasures = () =>
  useQuery({
    queryKey: ['measures'],
    queryFn: ({ signal }) => call<{ measures: MeasureDefinition[] }>('/api/measures', { signal }).then((answer) => answer.measures),
    staleTime: 10 * 60_000,
  });

export const useOverview = (period: string, enabled = true) =>
  useQuery({
    queryKey: ['overview', period],
    queryFn: ({ signal }) => call<Overview>(`/api/overview${query({ period })}`, { signal }),
    placeholderData: keepPreviousData,
    enabled,
  });

export const useLeak = (period: string, care: string) =>
  useQuery({
    queryKey: ['leak', period, care],
    queryFn: ({ signal }) => call<Leak>(`/api/leak${query({ period, care })}`, { signal }),
    placeholderData: keepPreviousData,
  });

export interface SheetQuestion {
  measures: string[];
  period: string;
  org?: string;
  by?: string;
}

export const sheetPath = (question: SheetQuestion, format?: 'csv'): string =>
  `/api/measures/${question.measures.map(encodeURIComponent).join(',')}${query({
    period: question.period, org: question.org, by: question.by, format,
  })}`;

export const sheetQuery = (question: SheetQuestion, enabled = true) => ({
  queryKey: ['sheet', question],
  queryFn: ({ signal }: { signal: AbortSignal }) => call<Sheet>(sheetPath(question), { signal }),
  enabled: enabled && question.measures.length > 0,
});

export const useSheet = (question: SheetQuestion, enabled = true) =>
  useQuery({ ...sheetQuery(question, enabled), placeholderData: keepPreviousData });

export interface CasesQuestion {
  measure: string;
  period: string;
  org?: string;
  institution?: string;
  diseaseGroup?: string;
  destination?: string;
  judgement?: string;
}

export const casesPath = (question: CasesQuestion, extra: { offset?: number; count?: number; format?: 'csv' }): string => {
  const { measure, ...filters } = question;
  return `/api/measures/${encodeURIComponent(measure)}/cases${query({ ...filters, ...extra })}`;
};

export const useCases = (question: CasesQuestion, offset: number, count: number) =>
  useQuery({
    queryKey: ['cases', question, offset, count],
    queryFn: ({ signal }) => call<Cases>(casesPath(question, { offset, count }), { signal }),
    placeholderData: keepPreviousData,
  });

export const useCaseRecord = (type: string, key: string) =>
  useQuery({
    queryKey: ['record', type, key],
    queryFn: ({ signal }) => call<CaseRecord>(`/api/cases/${encodeURIComponent(type)}/${encodeURIComponent(key)}`, { signal }),
  });

export const useGaps = (closed: boolean) =>
  useQuery<Gap[]>({
    queryKey: ['gaps', closed],
    queryFn: ({ signal }) => call<{ gaps: Gap[] }>(`/api/gaps${query({ closed: closed ? 1 : 0 })}`, { signal }).then((answer) => answer.gaps),
    placeholderData: keepPreviousData,
  });

export const useGap = (id: string) =>
  useQuery({ queryKey: ['gap', id], queryFn: ({ signal }) => call<Gap>(`/api/gaps/${encodeURIComponent(id)}`, { signal }) });

export const useActions = (ended: boolean) =>
  useQuery<Action[]>({
    queryKey: ['actions', ended],
    queryFn: ({ signal }) => call<{ actions: Action[] }>(`/api/actions${query({ ended: ended ? 1 : 0 })}`, { signal }).then((answer) => answer.actions),
    placeholderData: keepPreviousData,
  });

export const useActionTypes = (measure: string, enabled: boolean) =>
  useQuery({
    queryKey: ['action-types', measure],
    queryFn: ({ signal }) =>
      call<{ types: ActionType[] }>(`/api/action-types${query({ measure })}`, { signal }).then((answer) => answer.types),
    enabled,
    staleTime: 10 * 60_000,
  });

export const isImportRunning = (one: Import): boolean => one.status === 'queued' || one.status === 'in-progress';

export const useImports = () =>
  useQuery({
    queryKey: ['imports'],
    queryFn: ({ signal }) => call<{ imports: Import[] }>('/api/imports', { signal }).then((answer) => answer.imports),
    refetchInterval: (state) => (state.state.data?.some(isImportRunning) ? 400 : false),
  });

export const useImportReport = (id: string, count: number, enabled: boolean) =>
  useQuery({
    queryKey: ['import-report', id, count],
    queryFn: ({ signal }) =>
      call<{ rows: ReportRow[] }>(`/api/imports/${encodeURIComponent(id)}/report${query({ count })}`, { signal }).then((answer) => answer.rows),
    enabled,
  });

export const useAccounts = (enabled = true) =>
  useQuery({ enabled, queryKey: ['accounts'], queryFn: ({ signal }) => call<{ accounts: Account[] }>('/api/accounts', { signal }).then((answer) => answer.accounts) });
