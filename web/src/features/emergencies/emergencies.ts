// Emergency openings as the server tells them (docs/formats/api.md), for those who review.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, query } from '../../api/client';
import type { EmergencyOpening } from '../../care/types';

export interface EmergencyList {
  openings: EmergencyOpening[];
  total: number;
  waiting: number;
}

export const pageSize = 50;

export const useEmergencies = (waitingOnly: boolean, offset: number) =>
  useQuery({
    queryKey: ['emergencies', waitingOnly, offset],
    queryFn: ({ signal }) => call<EmergencyList>(`/api/emergency-openings${query({ state: waitingOnly ? 'waiting' : '', offset: offset || '', count: pageSize })}`, { signal }),
  });

export function useReview(opening: EmergencyOpening) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (verdict: { justified: boolean; note: string }) =>
      call<EmergencyOpening>(`/api/emergency-openings/${encodeURIComponent(opening.id)}/review`, { method: 'POST', body: { ...verdict, version: opening.version } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['emergencies'] }),
  });
}
