import { expect, it } from 'vitest';
import type { Pathway, Programme } from '../../care/types';
import { notEnrolled, onwards, steps } from './programme';

const name = { zh: 'x', en: 'x' };
const pathway = { stages: [{ id: 'a', name, course: 'screen', steps: [] }, { id: 'b', name, course: 'treat', steps: [] }] } as unknown as Pathway;
const programme = { asOf: 1, pool: { screened: 0, target: 100, enrolled: 60, exited: 3 }, stages: [{ stage: 'b', name, course: 'treat', people: 60, overdue: 5, medianDays: 12 }], flows: [], overdueBy: [] } as Programme;

it('every stage of the pathway in its order, a pool only where it is counted', () => {
  expect(steps(programme, pathway).map((step) => [step.key, step.people, step.overdue])).toEqual([['target', 100, 0], ['enrolled', 60, 0], ['a', 0, 0], ['b', 60, 5]]);
});

it('who of the pool is not enrolled, and where people went', () => {
  expect(notEnrolled(programme)).toEqual({ people: 40, share: 0.4 });
  expect(notEnrolled({ ...programme, pool: { ...programme.pool, target: 0 } })).toBeNull();
  const flows = [{ from: 'a', to: 'b', people: 3 }, { from: 'a', to: 'exited', people: 9 }, { from: 'b', to: 'a', people: 1 }];
  expect(onwards({ ...programme, flows }, 'a')).toEqual([{ to: 'exited', people: 9 }, { to: 'b', people: 3 }]);
});
