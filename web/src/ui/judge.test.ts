import { expect, it } from 'vitest';
import { standing, tone } from './judge';

it('a target is met from the right side, and a watched measure is not judged', () => {
  expect(standing('0.85', '0.85', 'up')).toBe('met');
  expect(standing('0.8499', '0.85', 'up')).toBe('missed');
  expect(standing('0.02', '0.02', 'down')).toBe('met');
  expect(standing('0.021', '0.02', 'down')).toBe('missed');
  expect(standing('1', '0.5', 'monitor')).toBe('none');
  expect(standing(null, '0.5', 'up')).toBe('none');
  expect(standing('0.5', null, 'up')).toBe('none');
});

it('a change is good or bad by direction', () => {
  expect(tone(0.1, 'up')).toBe('good');
  expect(tone(0.1, 'down')).toBe('bad');
  expect(tone(0.1, 'monitor')).toBe('plain');
  expect(tone(0, 'up')).toBe('plain');
  expect(tone(null, 'up')).toBe('plain');
});
