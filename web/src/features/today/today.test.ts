import { expect, it } from 'vitest';
import type { DuePerson } from '../../care/types';
import type { Item } from '../../offline/outbox';
import { listed, shown, unlisted } from './today';

const person = (id: string, overdueDays: number, more: Partial<DuePerson> = {}): DuePerson => ({
  patient: { id, name: id, gender: '', birthDate: '', age: null, phone: '', idNumber: '', organization: '', organizationName: '' },
  steps: [{ task: `t-${id}`, form: 'f', due: '2026-11-20', escalatedTo: null } as DuePerson['steps'][number]], overdueDays, returned: false, lastReadings: [], ...more,
});
const visit = (patient: string, tasks: string[], state: Item['state'] = 'waiting') => ({ kind: 'visit', patient, state, body: { tasks: tasks.map((task) => ({ task })) } }) as unknown as Item;
const people = [person('a', 0), person('b', 3), person('c', 20), person('d', 0, { returned: true })];
const ids = (list: ReturnType<typeof shown>) => list.map((each) => each.due.patient.id);

it('who came back first, then the longest overdue', () => {
  expect(ids(shown(listed(people, []), 'all'))).toEqual(['d', 'c', 'b', 'a']);
  expect(ids(shown(listed(people, []), 'overdue'))).toEqual(['c', 'b']);
  expect(ids(shown(listed(people, []), 'returned'))).toEqual(['d']);
});

it('who was visited here leaves the list, whether sent or not', () => {
  const all = listed(people, [visit('c', ['t-c'], 'sent'), visit('b', ['t-b'])]);
  expect(ids(shown(all, 'all'))).toEqual(['d', 'a']);
  expect(ids(shown(all, 'done')).sort()).toEqual(['b', 'c']);
});

it('a visit that left a step open, or was set aside, does not end the list', () => {
  expect(ids(shown(listed(people, [visit('c', ['other']), visit('b', ['t-b'], 'set-aside')]), 'overdue'))).toEqual(['c', 'b']);
});

it('those whom the server counts and has not listed yet are counted too', () => {
  const counts = { due: 10, overdue: 5, returned: 1, done: 0 };
  expect((['all', 'overdue', 'due', 'returned', 'done'] as const).map((each) => unlisted(counts, people, each))).toEqual([6, 3, 3, 0, 0]);
  expect(unlisted({ ...counts, due: 4, overdue: 2 }, people, 'all')).toBe(0);
});
