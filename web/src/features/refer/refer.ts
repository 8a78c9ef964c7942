// A referral from what is known: the criterion of the pack, the receiver suggested for it, what travels.
import type { Attached, Direction, Enrolment, Receiver, ReferralRule, ReferralRules, Step, Urgency } from '../../care/types';
import type { Text } from '../../api/types';

export interface TypedReferral {
  clientKey: string;
  direction: Direction;
  criterion: string;
  urgency: Urgency | '';
  receiver: string;
  department: string;
  reasonText: string;
  summary: string;
  // Added on this page; then what is left at home: everything else travels.
  added: Attached[];
  without: string[];
  consent: boolean;
  // Of who is sent down.
  plan: { text: string; pathway: string; nextDate: string };
}

const order: Urgency[] = ['routine', 'urgent', 'emergency'];
export const urgencyOf = (typed: Urgency | '', rule: ReferralRule | undefined): Urgency => typed || rule?.urgency || 'routine';
export const isLower = (a: Urgency, b: Urgency): boolean => order.indexOf(a) < order.indexOf(b);

// What goes below; the criterion of the pack says by which pathway, unless somebody chose another.
export function planOf(typed: TypedReferral, rule: ReferralRule | undefined): { text: string; pathway?: string; nextDate?: string } | undefined {
  if (typed.direction !== 'down') return undefined;
  const pathway = typed.plan.pathway || rule?.plan || '';
  return { text: typed.plan.text.trim(), ...(pathway ? { pathway } : {}), ...(typed.plan.nextDate ? { nextDate: typed.plan.nextDate } : {}) };
}

export function answerWithin(rules: ReferralRules | undefined, urgency: Urgency): { minutes?: number; hours?: number } | null {
  const minutes = rules?.urgencies.find((each) => each.id === urgency)?.answerMinutes;
  if (!minutes) return null;
  return minutes % 60 === 0 && minutes > 60 ? { hours: minutes / 60 } : { minutes };
}

export type ReferralFault = 'criterion' | 'receiver' | 'plan' | 'consent' | 'reason';

export function faultsOf(typed: TypedReferral, rule: ReferralRule | undefined, receiver: Receiver | undefined, urgency: Urgency): ReferralFault[] {
  const found: ReferralFault[] = [];
  if (!rule && typed.reasonText.trim() === '') found.push('criterion');
  if (!receiver) found.push('receiver');
  if (typed.direction === 'down' && typed.plan.text.trim() === '') found.push('plan');
  // In an emergency consent may come later; the record says that it was not given in advance.
  if (!typed.consent && urgency !== 'emergency') found.push('consent');
  return found;
}

// What is offered to go along: what was added here, then the newest of the record, each once.
export const alongWith = (added: Attached[], documents: Attached[], most: number): Attached[] =>
  [...added, ...documents.filter((each) => !added.some(({ reference }) => reference === each.reference)).slice(0, most)];

export const chosenOf = (offered: Attached[], without: string[]): string[] => offered.map((each) => each.reference).filter((each) => !without.includes(each));

// What a consultation may belong to: the steps that wait for one, and the other courses that are under way.
export interface Belonging {
  reference: string;
  title: Text;
  // Null: the course as a whole.
  step: Step | null;
}

export function belongings(enrolments: Enrolment[], steps: Step[]): Belonging[] {
  const waiting = steps.filter((step) => step.activity === 'consultation');
  const others = enrolments.filter((each) => each.id && each.status === 'active' && !waiting.some((step) => step.pathway === each.pathway));
  return [
    ...waiting.map((step) => ({ reference: `Task/${step.task}`, title: step.pathwayTitle, step })),
    ...others.map((each) => ({ reference: `EpisodeOfCare/${each.id}`, title: each.title, step: null })),
  ];
}

// What it belongs to until somebody says it: what the page was opened for; nothing, unless a step of this level waits for a
// consultation, which has to be said (null), because its conclusion ends that step.
export function belongsAtFirst(choices: Belonging[], asked: string, level: string): string | null {
  if (choices.some((each) => each.reference === asked)) return asked;
  return choices.some(({ step }) => step && (step.who.length === 0 || step.who.includes(level))) ? null : '';
}
