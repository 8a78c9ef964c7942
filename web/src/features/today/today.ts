// The day's list: who belongs under which heading, who first.
import type { DuePerson, Today } from '../../care/types';
import type { Item } from '../../offline/outbox';

export type Filter = 'all' | 'overdue' | 'due' | 'returned' | 'done';
export const filters: Filter[] = ['all', 'overdue', 'due', 'returned', 'done'];

export interface Listed {
  due: DuePerson;
  // What was recorded here for this person and stands in the outbox.
  here: Item | null;
}

const visits = (items: Item[]): Item[] => items.filter((item) => item.kind === 'visit' && item.state !== 'set-aside');

function taskNames(item: Item): string[] {
  const tasks = item.body.tasks;
  return Array.isArray(tasks) ? tasks.map((each) => (each as { task: string }).task) : [];
}

// A person stays on the list while a step is open that no visit from here has answered.
export function listed(people: DuePerson[], items: Item[]): Listed[] {
  return people.map((due) => {
    const here = visits(items).filter((item) => item.patient === due.patient.id);
    const answered = new Set(here.flatMap(taskNames));
    const done = here.length > 0 && due.steps.every((step) => answered.has(step.task) || !step.form);
    return { due, here: done ? here[here.length - 1] : null };
  });
}

// How many the server counts under a heading that it has not listed yet: the list begins with those who are due first.
export function unlisted(counts: Today['counts'], people: DuePerson[], filter: Filter): number {
  const late = people.filter((each) => each.overdueDays > 0).length;
  const more = {
    all: counts.due - people.length, overdue: counts.overdue - late, due: counts.due - counts.overdue - (people.length - late),
    returned: counts.returned - people.filter((each) => each.returned).length, done: 0,
  };
  return Math.max(0, more[filter]);
}

const rank = ({ returned, overdueDays, steps }: DuePerson): number =>
  (returned ? 4_000_000 : 0) + (steps.some((step) => step.escalatedTo) ? 2_000_000 : 0) + overdueDays * 1000;

export function shown(all: Listed[], filter: Filter): Listed[] {
  const kept = all.filter(({ due, here }) => {
    if (filter === 'done') return here !== null;
    if (here !== null) return false;
    if (filter === 'overdue') return due.overdueDays > 0;
    if (filter === 'due') return due.overdueDays <= 0;
    return filter === 'returned' ? due.returned : true;
  });
  const first = (one: Listed) => one.due.steps.map((step) => step.due).sort()[0] ?? '';
  return kept.sort((a, b) => rank(b.due) - rank(a.due) || first(a).localeCompare(first(b)) || a.due.patient.name.localeCompare(b.due.patient.name, 'zh'));
}
