// The numbers of a programme put in the order in which they are read: the bars of the pool and of the stages, what happened
// between two stages, who is behind by township.
import type { Text } from '../../api/types';
import type { Course, Programme } from '../../care/types';

export interface Bar {
  key: string;
  part: 'pool' | 'stage';
  name: Text | null;
  course: Course | null;
  people: number;
  overdue: number;
  medianDays: number | null;
}

const poolBars = ['screened', 'target', 'enrolled'] as const;

export function bars(programme: Programme): Bar[] {
  const pool = poolBars.map((key): Bar => ({ key, part: 'pool', name: null, course: null, people: programme.pool[key], overdue: 0, medianDays: null }));
  const stages = programme.stages.map(({ stage, ...rest }): Bar => ({ key: stage, part: 'stage', ...rest }));
  // Whoever is enrolled was in the pool: a pool that is not counted is left out.
  return [...pool.filter((bar) => bar.people > 0 || bar.key === 'enrolled'), ...stages];
}

// Those of the target pool that nobody has enrolled yet.
export function notEnrolled(programme: Programme): { people: number; share: number } | null {
  const { target, enrolled } = programme.pool;
  return target > enrolled ? { people: target - enrolled, share: (target - enrolled) / target } : null;
}

const byPeople = (a: { people: number }, b: { people: number }): number => b.people - a.people;
const exit = 'exit:';

const flowsFrom = (programme: Programme, stage: string) => programme.flows.filter((flow) => flow.from === stage && flow.people > 0);

// Where people went from a stage, most first.
export function onwards(programme: Programme, stage: string): { to: string; people: number }[] {
  return flowsFrom(programme, stage).filter((flow) => !flow.to.startsWith(exit)).map(({ to, people }) => ({ to, people })).sort(byPeople);
}

export interface Leaving {
  people: number;
  // Of all who were ever in the stage: those who are there and those who went on or left.
  share: number;
  by: { reason: string; people: number }[];
}

// Who left the programme out of a stage, by the exits that have a name here; all others together, last.
export function leaving(programme: Programme, stage: string, named: string[]): Leaving | null {
  const all = flowsFrom(programme, stage);
  const sum = (flows: { people: number }[]): number => flows.reduce((total, flow) => total + flow.people, 0);
  const left = all.filter((flow) => flow.to.startsWith(exit)).map(({ to, people }) => ({ reason: to.slice(exit.length), people }));
  if (left.length === 0) return null;
  const known = left.filter((each) => named.includes(each.reason)).sort(byPeople);
  const others = sum(left.filter((each) => !named.includes(each.reason)));
  const now = programme.stages.find((each) => each.stage === stage)?.people ?? 0;
  return { people: sum(left), share: sum(left) / (now + sum(all)), by: others > 0 ? [...known, { reason: '', people: others }] : known };
}

export type Owner = Programme['overdueBy'][number];

export interface Line {
  organization: string;
  name: string;
  practitioners: string[];
  due: number;
  overdue: number;
  // The organisations of a township; none: the line is one organisation.
  below: Line[];
  // The township's own line among those of its villages.
  isOwn: boolean;
}

export const shareOf = (row: { due: number; overdue: number }): number | null => (row.due > 0 ? row.overdue / row.due : null);
const worstFirst = (a: Line, b: Line): number => (shareOf(b) ?? 0) - (shareOf(a) ?? 0) || b.overdue - a.overdue;

// A village stands in its township, every other organisation for itself; also a village that leads others.
export function townshipOf(owners: Owner[], villages: Set<string>): (owner: Owner) => { organization: string; name: string } {
  const leads = new Set(owners.map((owner) => owner.above));
  return (owner) => {
    const stands = owner.above === '' || leads.has(owner.organization) || !villages.has(owner.organization);
    return stands ? owner : { organization: owner.above, name: owner.aboveName };
  };
}

export function byTownship(owners: Owner[], villages: Set<string>): Line[] {
  const placeOf = townshipOf(owners, villages);
  const townships = new Map<string, Line>();
  for (const owner of owners) {
    const { organization, name } = placeOf(owner);
    const isOwn = organization === owner.organization;
    const township = townships.get(organization) ?? { organization, name, practitioners: [], due: 0, overdue: 0, below: [], isOwn: false };
    townships.set(organization, township);
    township.due += owner.due;
    township.overdue += owner.overdue;
    township.below.push({ organization: owner.organization, name: owner.name, practitioners: owner.practitioners, due: owner.due, overdue: owner.overdue, below: [], isOwn });
  }
  return [...townships.values()].map((township) => {
    const [first, ...rest] = township.below.sort(worstFirst);
    return rest.length === 0 && first.isOwn ? { ...first, isOwn: false } : township;
  }).sort(worstFirst);
}
