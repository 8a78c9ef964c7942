import { expect, it } from 'vitest';
import { completeRecord, completeToday } from './complete';
import type { Person } from './types';

it('a day of somebody of whom only the id is known', () => {
  const today = completeToday({ date: '2026-11-28', people: [{ patient: { id: 'p1' }, steps: [], overdueDays: 3 }] as never });
  expect(today.people[0]).toMatchObject({ patient: { name: 'p1', phone: '' }, returned: false, lastReadings: [] });
  expect(today.counts).toEqual({ due: 1, overdue: 0, returned: 0, done: 0 });
});

it('a record with almost nothing in it', () => {
  const record = completeRecord({ patient: { id: 'p', name: '张三', phone: null } as unknown as Person, timeline: [{ on: null }, { on: '2026-01-01' }] as never });
  expect(record.timeline).toHaveLength(1);
  expect([record.access, record.readings, record.patient.phone]).toEqual([null, [], '']);
});
