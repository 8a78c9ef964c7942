// The simple comparisons of a form: which answers are dangerous, when the next visit is, what is asked at all. The server
// decides by the same rules when the visit arrives; here they help while somebody types, with no network.
import type { Answers, AnswerValue, Comparison, Condition, Danger, Form, FormItem } from './types';

const numberOf = (value: AnswerValue | undefined): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value.trim().replace(/，|,/g, '.'));
  return Number.isFinite(number) ? number : null;
};

export const isAnswered = (value: AnswerValue | undefined): boolean =>
  value !== undefined && (typeof value === 'string' ? value.trim() !== '' : Array.isArray(value) ? value.length > 0 : true);

export function holdsOne(comparison: Comparison, answers: Answers): boolean {
  const answer = answers[comparison.item];
  if (!isAnswered(answer)) return false;  // what is not known is never dangerous and never decides
  if (comparison.equals !== undefined) {
    if (Array.isArray(answer)) return answer.includes(String(comparison.equals));
    const [left, right] = [numberOf(answer), numberOf(comparison.equals)];
    return String(answer) === String(comparison.equals) || (left !== null && left === right);
  }
  const value = numberOf(answer);
  if (value === null) return false;
  const bounds: [number | string | undefined, (bound: number) => boolean][] = [
    [comparison.at_least, (bound) => value >= bound], [comparison.at_most, (bound) => value <= bound],
    [comparison.above, (bound) => value > bound], [comparison.below, (bound) => value < bound],
  ];
  const given = bounds.filter(([bound]) => bound !== undefined);
  return given.length > 0 && given.every(([bound, test]) => test(Number(bound)));
}

// any and all together: both must hold. Neither: it always holds (the last line of `next`).
export function holds(condition: Condition, answers: Answers): boolean {
  const any = !condition.any || condition.any.some((one) => holdsOne(one, answers));
  const all = !condition.all || condition.all.every((one) => holdsOne(one, answers));
  return any && all;
}

// Without the groups; an item is shown when its group is.
export function flatItems(items: FormItem[], within: FormItem['within'] = []): FormItem[] {
  return items.flatMap((item) => {
    if (item.type === 'group') return flatItems(item.items ?? [], item.show_when ? [...within, item.show_when] : within);
    return [within.length > 0 ? { ...item, within } : item];
  });
}

const shows = (condition: Comparison | Condition, answers: Answers): boolean => ('item' in condition ? holdsOne(condition, answers) : holds(condition, answers));

export const isShown = (item: FormItem, answers: Answers): boolean =>
  (!item.show_when || shows(item.show_when, answers)) && (item.within ?? []).every((each) => shows(each, answers));

export function dangersOf(form: Form, answers: Answers): Danger[] {
  return (form.dangers ?? []).filter((danger) => (danger.any || danger.all) && holds(danger, answers));
}

// The items that a danger looks at: its words stand beside the last of them.
export const itemsOf = (condition: Condition): string[] => [...(condition.any ?? []), ...(condition.all ?? [])].map((one) => one.item);

// By what was found; else the step's usual days; only where these are not known, what the form says for any answer. Null: it comes once.
export function nextDays(form: Form, answers: Answers, usual?: number | null): number | null {
  if (usual === null) return null;
  const rule = (form.next ?? []).find((each) => holds(each, answers));
  if (rule && (rule.any || rule.all)) return rule.days;
  return usual ?? rule?.days ?? null;
}

export type Fault = { kind: 'required' } | { kind: 'number' } | { kind: 'low'; bound: number } | { kind: 'high'; bound: number } | { kind: 'whole' };

export function faultOf(item: FormItem, value: AnswerValue | undefined): Fault | null {
  if (!isAnswered(value)) return item.required ? { kind: 'required' } : null;
  if (!['quantity', 'decimal', 'integer'].includes(item.type)) return null;
  const number = numberOf(value);
  if (number === null) return { kind: 'number' };
  if (item.type === 'integer' && !Number.isInteger(number)) return { kind: 'whole' };
  if (item.minimum !== undefined && number < Number(item.minimum)) return { kind: 'low', bound: Number(item.minimum) };
  if (item.maximum !== undefined && number > Number(item.maximum)) return { kind: 'high', bound: Number(item.maximum) };
  return null;
}

// What is sent: only what was answered and is asked, numbers as numbers.
export function cleaned(form: Form, answers: Answers): Answers {
  const sent: Answers = {};
  for (const item of flatItems(form.items)) {
    const value = answers[item.id];
    if (!isAnswered(value) || !isShown(item, answers)) continue;
    const number = ['quantity', 'decimal', 'integer'].includes(item.type) ? numberOf(value) : null;
    sent[item.id] = number ?? (typeof value === 'string' ? value.trim() : value);
  }
  return sent;
}
