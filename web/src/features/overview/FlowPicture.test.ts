import { expect, it } from 'vitest';
import { layOut } from './FlowPicture';

it('bars are as high as their value and never closer than a label', () => {
  const { slots, height } = layOut([['a', 100], ['b', 1]], 1, 24, 6);
  expect(slots.map((slot) => slot.height)).toEqual([100, 1.5]);
  expect(slots[1].top).toBeGreaterThanOrEqual(106);
  expect(height).toBe(100 + 6 + 24);
});
