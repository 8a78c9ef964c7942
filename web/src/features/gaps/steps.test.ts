import { expect, it } from 'vitest';
import { forward, stepBack, undoOf } from './steps';

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
