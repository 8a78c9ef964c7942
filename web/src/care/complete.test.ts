import { expect, it } from 'vitest';
import { completePeople, completeProgramme, completeRecord, completeToday } from './complete';
import type { Person, ProgrammePerson } from './types';

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

it('a programme without a screened pool, and people as they come', () => {
  expect(completeProgramme({ pool: { target: 5, enrolled: 2, exited: 0 } as never, stages: [{ stage: 'a', people: 2 }] as never })).toMatchObject({ pool: { screened: 0, target: 5 }, flows: [], stages: [{ overdue: 0, medianDays: null }] });
  const person = { id: 'p', name: 'x' } as Person;
  expect(completePeople([person, { patient: person, since: '2026' } as ProgrammePerson]).map((each) => [each.patient.name, each.since])).toEqual([['x', undefined], ['x', '2026']]);
});
