// What may become of an action, and the way back. The server has the same table and the last word.
import type { ActionStatus } from '../../api/types';

export const forward: Record<ActionStatus, ActionStatus[]> = {
  requested: ['accepted', 'cancelled'],
  accepted: ['in-progress', 'completed', 'cancelled'],
  'in-progress': ['completed', 'cancelled'],
  completed: [],
  cancelled: [],
};

const back: Record<ActionStatus, ActionStatus | null> = {
  requested: null,
  accepted: 'requested',
  'in-progress': 'accepted',
  completed: 'in-progress',
  cancelled: 'accepted',
};

// The step that undoes "was → is": straight back where that is allowed, else one step back.
export function undoOf(was: ActionStatus, is: ActionStatus): ActionStatus | null {
  return back[is] === was ? was : back[is];
}

export const stepBack = (status: ActionStatus): ActionStatus | null => back[status];
