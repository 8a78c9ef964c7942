import { expect, it } from 'vitest';
import { line, years } from './timeline';

it('the newest year and day first', () => {
  expect(years([{ on: '2025-01-02' }, { on: '2026-03-01' }, { on: '2025-12-01' }])).toEqual([['2026', [{ on: '2026-03-01' }]], ['2025', [{ on: '2025-12-01' }, { on: '2025-01-02' }]]]);
});

it('days are as far apart as they were', () => {
  expect(line([{ on: '2026-01-01', value: 120 }, { on: '2026-01-11', value: 160 }, { on: '2026-02-10', value: 140 }])).toEqual([{ x: 0, y: 0 }, { x: 0.25, y: 1 }, { x: 1, y: 0.5 }]);
  expect(line([{ on: '2026-01-01', value: 5 }])).toEqual([{ x: 0.5, y: 0.5 }]);
});
