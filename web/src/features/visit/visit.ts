// From what was typed to what is sent.
import { isAbove, type Level } from '../../care/level';
import { answersOf, nextDateItem, type Section } from '../../care/merge';
import { cleaned, dangersOf, faultOf, flatItems, isShown, type Fault } from '../../care/rules';
import type { Text } from '../../api/types';
import type { Answers, AnswerValue, Danger, Form, Step, VisitRequest } from '../../care/types';

export interface Typed {
  clientKey: string;
  values: Answers;
  // Steps that are not done this time, and steps without a form that are.
  off: string[];
  ticked: string[];
  method: string;
  note: string;
}

export const methods = ['clinic', 'home', 'phone'] as const;

// What the visit is opened for: the steps with a form that this level does and whose days have come; else the next of them.
// The others are offered and left out until somebody ticks them; what only those above may do is never opened by itself.
export function offAtFirst(steps: Step[], level: Level, today: string): string[] {
  const withForm = steps.filter((step) => step.form);
  const own = withForm.filter((step) => step.who.length === 0 || step.who.includes(level));
  const mine = own.length > 0 ? own : withForm.filter((step) => !isAbove(level, step.who));
  const now = mine.filter((step) => step.windowStart <= today);
  const opened = now.length > 0 ? now : [...mine].sort((a, b) => a.due.localeCompare(b.due)).slice(0, 1);
  return withForm.filter((step) => !opened.includes(step)).map((step) => step.task);
}

// A field is asked when one of the forms that it belongs to asks for it.
export function isAsked(field: Section['fields'][number], forms: Form[], sections: Section[], values: Answers): boolean {
  return field.targets.some((target) => {
    const form = forms.find((each) => each.id === target.form);
    const item = form && flatItems(form.items).find((each) => each.id === target.item);
    return form !== undefined && item !== undefined && isShown(item, answersOf(form.id, sections, values));
  });
}

export interface Found {
  form: string;
  danger: Danger;
}

export function dangers(forms: Form[], sections: Section[], values: Answers): Found[] {
  const seen = new Set<string>();
  // What cannot be (a mistyped 9999) is a fault to be mended, and says nothing of the patient.
  const wrong = new Set(sections.flatMap((section) => section.fields).filter((field) => faultOf(field.item, values[field.key])).map((field) => field.key));
  const possible = Object.fromEntries(Object.entries(values).filter(([key]) => !wrong.has(key)));
  return forms.flatMap((form) => dangersOf(form, answersOf(form.id, sections, possible)).map((danger) => ({ form: form.id, danger }))).filter(({ danger }) => {
    const key = `${danger.text.zh}|${danger.refer?.criterion ?? ''}`;  // two forms may fear the same
    return !seen.has(key) && Boolean(seen.add(key));
  });
}

export function faults(forms: Form[], sections: Section[], values: Answers): Map<string, Fault> {
  const found = new Map<string, Fault>();
  for (const field of sections.flatMap((section) => section.fields)) {
    if (field.key === nextDateItem || !isAsked(field, forms, sections, values)) continue;
    const fault = faultOf(field.item, values[field.key]);
    if (fault) found.set(field.key, fault);
  }
  return found;
}

// The next visit on a day that somebody named.
export function namedDate({ values }: Typed): string | null {
  const named = values[nextDateItem];
  return typeof named === 'string' && named !== '' ? named : null;
}

export function requestOf(patient: string, typed: Typed, steps: Step[], forms: Form[], sections: Section[], values: Answers, at: string): VisitRequest {
  const done = steps.filter((step) => (step.form ? !typed.off.includes(step.task) : typed.ticked.includes(step.task)));
  return {
    clientKey: typed.clientKey, patient, at, method: typed.method, tasks: done.map(({ task, version }) => ({ task, version })),
    forms: forms.map((form) => ({ form: form.id, answers: cleaned(form, answersOf(form.id, sections, values)) })), note: typed.note.trim(),
  };
}

// A list of choices after one was pressed: some exclude all others ("none of these").
export function pressed(current: string[], code: string, exclusive: string[]): string[] {
  if (current.includes(code)) return current.filter((each) => each !== code);
  return exclusive.includes(code) ? [code] : [...current.filter((each) => !exclusive.includes(each)), code];
}

export function answerWords(field: Section['fields'][number], value: AnswerValue | undefined, text: (words: Text) => string, yes: string, no: string): string {
  if (typeof value === 'boolean') return value ? yes : no;
  const one = (code: string): string => {
    const option = field.item.options?.find((each) => each.code === code);
    if (option) return text(option.text);
    return field.item.type === 'boolean' ? (code === 'true' ? yes : no) : code;
  };
  if (Array.isArray(value)) return value.map(one).join('、');
  return value === undefined || value === '' ? '—' : one(String(value));
}
