import type { Mark } from '../api/types';

// Of several marks the least sure one; null: nothing unsure is among them.
export function unsure(marks: Mark[]): 'K' | 'K-low' | null {
  if (marks.includes('K-low')) return 'K-low';
  return marks.includes('K') ? 'K' : null;
}
