// The bars of a programme: the pool (three counts of their own), then where those enrolled are now.
import type { Text } from '../../api/types';
import type { Course, Pathway, Programme } from '../../care/types';

export interface Step {
  key: string;
  part: 'pool' | 'stage';
  name: Text | null;
  course: Course | null;
  people: number;
  overdue: number;
  medianDays: number | null;
}

const poolSteps = ['screened', 'target', 'enrolled'] as const;

export function steps(programme: Programme, pathway: Pathway): Step[] {
  const pool = poolSteps.map((key): Step => ({ key, part: 'pool', name: null, course: null, people: programme.pool[key], overdue: 0, medianDays: null }));
  const found = new Map(programme.stages.map((stage) => [stage.stage, stage]));
  // Stages stand in the order of the pathway, also those where nobody is.
  const stages = pathway.stages.map((stage): Step => {
    const now = found.get(stage.id);
    return { key: stage.id, part: 'stage', name: stage.name, course: stage.course, people: now?.people ?? 0, overdue: now?.overdue ?? 0, medianDays: now?.medianDays ?? null };
  });
  // Whoever is enrolled was in the pool: a pool that is not counted is left out.
  return [...pool.filter((step) => step.people > 0 || step.key === 'enrolled'), ...stages];
}

// Those of the target pool that nobody has enrolled yet.
export function notEnrolled(programme: Programme): { people: number; share: number } | null {
  const { target, enrolled } = programme.pool;
  return target > enrolled ? { people: target - enrolled, share: (target - enrolled) / target } : null;
}

// Where people went from a stage, most first.
export function onwards(programme: Programme, stage: string): { to: string; people: number }[] {
  return programme.flows.filter((flow) => flow.from === stage && flow.people > 0).map(({ to, people }) => ({ to, people })).sort((a, b) => b.people - a.people);
}
