import { expect, it } from 'vitest';
import { addDays, forward, stepBack, undoOf } from './steps';

it('a step can be taken back', () => {
  expect(undoOf('accepted', 'in-progress')).toBe('accepted');
  expect(undoOf('in-progress', 'completed')).toBe('in-progress');
  expect(undoOf('accepted', 'completed')).toBe('in-progress');  // the server knows only this way back
  expect(undoOf('accepted', 'cancelled')).toBe('accepted');
  expect(stepBack('requested')).toBeNull();
});

it('an ended action offers no step forward', () => {
  expect(forward.completed).toEqual([]);
  expect(forward.accepted).toContain('in-progress');
});

it('days are counted on the calendar', () => {
  expect(addDays(new Date(2025, 10, 22), 0)).toBe('2025-11-22');
  expect(addDays(new Date(2025, 11, 31, 23, 59), 1)).toBe('2026-01-01');
  expect(addDays(new Date(2024, 1, 28), 2)).toBe('2024-03-01');
});
