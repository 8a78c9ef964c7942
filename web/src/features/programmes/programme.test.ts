import { expect, it } from 'vitest';
import type { Programme } from '../../care/types';
import { bars, byTownship, leaving, notEnrolled, onwards, townshipOf, type Owner } from './programme';

const name = { zh: 'x', en: 'x' };
const stage = (id: string, people: number, overdue = 0, medianDays: number | null = null) => ({ stage: id, name, course: 'screen' as const, people, overdue, medianDays });
const programme: Programme = {
  asOf: 1, pathway: 'p', pool: { screened: 0, target: 100, enrolled: 60, exited: 3 }, stages: [stage('a', 0), stage('b', 60, 5, 12)], flows: [], editions: [], overdueBy: [], measures: [],
};

it('every stage in its order, a pool only where it is counted', () => {
  expect(bars(programme).map((bar) => [bar.key, bar.people, bar.overdue, bar.medianDays])).toEqual([['target', 100, 0, null], ['enrolled', 60, 0, null], ['a', 0, 0, null], ['b', 60, 5, 12]]);
  expect(bars({ ...programme, pool: { ...programme.pool, screened: 80 } })[0].key).toBe('screened');
});

it('who of the pool is not enrolled', () => {
  expect(notEnrolled(programme)).toEqual({ people: 40, share: 0.4 });
  expect(notEnrolled({ ...programme, pool: { ...programme.pool, target: 0 } })).toBeNull();
});

it('where people went on to, and who left by which exit', () => {
  const flows = [
    { from: 'b', to: 'c', people: 3 }, { from: 'b', to: 'd', people: 20 }, { from: 'b', to: 'exit:death', people: 4 }, { from: 'b', to: 'exit:cured', people: 9 },
    { from: 'b', to: 'exit:typed', people: 3 }, { from: 'b', to: 'exit:other', people: 1 }, { from: 'a', to: 'b', people: 7 },
  ];
  expect(onwards({ ...programme, flows }, 'b')).toEqual([{ to: 'd', people: 20 }, { to: 'c', people: 3 }]);
  // 60 are there, 40 were: 17 of 100.
  expect(leaving({ ...programme, flows }, 'b', ['death', 'cured'])).toEqual({ people: 17, share: 0.17, by: [{ reason: 'cured', people: 9 }, { reason: 'death', people: 4 }, { reason: '', people: 4 }] });
  expect(leaving({ ...programme, flows }, 'a', ['death'])).toBeNull();
});

const owner = (organization: string, above: string, due: number, overdue: number): Owner => ({ organization, name: `n${organization}`, above, aboveName: above && `n${above}`, practitioners: [`d${organization}`], due, overdue });
const owners = [owner('V1', 'T1', 10, 1), owner('V2', 'T1', 10, 5), owner('T1', 'H1', 4, 0), owner('T2', 'H1', 8, 4), owner('H1', '', 2, 0), owner('V9', 'T9', 3, 0), owner('V0', '', 5, 5)];
const villages = new Set(['V1', 'V2', 'V9', 'V0']);

it('villages stand in their township with its sums, the worst first', () => {
  const lines = byTownship(owners, villages);
  expect(lines.map((line) => [line.name, line.due, line.overdue, line.below.map((each) => each.name).join()])).toEqual([
    ['nV0', 5, 5, ''], ['nT2', 8, 4, ''], ['nT1', 24, 6, 'nV2,nV1,nT1'], ['nH1', 2, 0, ''], ['nT9', 3, 0, 'nV9'],
  ]);
  expect(lines[1].practitioners).toEqual(['dT2']);
  expect(lines[2].below.map((each) => each.isOwn)).toEqual([false, false, true]);
});

it('an organisation that leads others stands for itself', () => {
  const placeOf = townshipOf([owner('V1', 'V2', 1, 0), owner('V2', 'T1', 1, 0)], villages);
  expect([owner('V1', 'V2', 1, 0), owner('V2', 'T1', 1, 0)].map((each) => placeOf(each).organization)).toEqual(['V2', 'V2']);
});
