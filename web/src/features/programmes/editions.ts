// Who goes by an earlier edition of a programme, and their move to the present one: call by call, until nobody is left or it is stopped.
import { call } from '../../api/client';
import type { MovedSome, Pathway, Programme } from '../../care/types';

export interface Progress {
  state: 'moving' | 'stopped' | 'done';
  looked: number;
  moved: number;
  left: MovedSome['left'];
}

export const nothingMoved: Progress = { state: 'moving', looked: 0, moved: 0, left: [] };

export const earlierPeople = (programme: Programme, pathway: Pathway): number =>
  programme.editions.reduce((sum, each) => sum + (each.edition === pathway.edition ? 0 : each.people), 0);

export interface Move {
  pathway: string;
  organization: string;
  reason: string;
}

const askServer = ({ pathway, ...body }: Move & { next?: string }): Promise<MovedSome> =>
  call<MovedSome>(`/api/programmes/${encodeURIComponent(pathway)}/move`, { method: 'POST', body });

// A call that is on its way is waited for, also when it was stopped: what it did is counted.
export async function moveAll(move: Move, stop: AbortSignal, tell: (progress: Progress) => void, ask: (move: Move & { next?: string }) => Promise<MovedSome> = askServer): Promise<void> {
  let progress = nothingMoved;
  let next: string | null = '';
  while (next !== null && !stop.aborted) {
    const some: MovedSome = await ask({ ...move, ...(next && { next }) });
    next = some.next;
    progress = { state: 'moving', looked: progress.looked + some.looked, moved: progress.moved + some.moved, left: [...progress.left, ...some.left] };
    tell(progress);
  }
  tell({ ...progress, state: next === null ? 'done' : 'stopped' });
}
