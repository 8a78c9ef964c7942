// One person, one visit, however many programmes: what several forms ask is asked once. The same thing is the same Observation
// code, or the same name of an item with the same kind of answer and the same words. Answers go back to every form that asked.
import { addDays } from './days';
import { flatItems, nextDays } from './rules';
import type { Answers, AnswerValue, Form, FormAnswer, FormItem } from './types';

export interface Field {
  key: string;
  item: FormItem;
  // Which item of which form it answers.
  targets: { form: string; item: string }[];
}

export interface Section {
  // '' : asked by several forms
  form: string;
  fields: Field[];
}

export const nextDateItem = 'next-date';

function keyOf(item: FormItem, form: string): string {
  if (item.type === 'display') return `${form}/${item.id}`;
  if (item.observation) return `${item.observation.system}|${item.observation.code}|${item.type}|${item.unit ?? ''}`;
  if (item.id === nextDateItem) return nextDateItem;
  const options = (item.options ?? []).map((option) => option.code).join(',');
  return `${item.id}|${item.type}|${item.text.zh}|${options}`;
}

export function mergeForms(forms: Form[]): Section[] {
  const fields = new Map<string, Field>();
  for (const form of forms) {
    for (const item of flatItems(form.items)) {
      const key = keyOf(item, form.id);
      const found = fields.get(key);
      if (!found) fields.set(key, { key, item, targets: [{ form: form.id, item: item.id }] });
      else {
        found.targets.push({ form: form.id, item: item.id });
        // The stricter of both: what one form needs is needed; both bounds hold.
        found.item = {
          ...found.item, required: found.item.required || item.required, keep: found.item.keep || item.keep,
          history: Math.max(found.item.history ?? 0, item.history ?? 0) || undefined,
          // Shown as soon as one of them asks for it without a condition.
          show_when: found.item.show_when && item.show_when ? found.item.show_when : undefined,
        };
      }
    }
  }
  const all = [...fields.values()];
  const last = all.filter((field) => field.key === nextDateItem);
  const shared = all.filter((field) => field.targets.length > 1 && field.key !== nextDateItem);
  const sections: Section[] = shared.length > 0 ? [{ form: '', fields: shared }] : [];
  for (const form of forms) {
    const own = all.filter((field) => field.targets.length === 1 && field.targets[0].form === form.id && field.key !== nextDateItem);
    if (own.length > 0) sections.push({ form: form.id, fields: own });
  }
  if (last.length > 0) {
    if (sections.length === 1) sections[0].fields.push(...last);
    else sections.push({ form: '', fields: last });
  }
  return sections;
}

export function answersOf(form: string, sections: Section[], values: Answers): Answers {
  const answers: Answers = {};
  for (const field of sections.flatMap((section) => section.fields)) {
    for (const target of field.targets) if (target.form === form && values[field.key] !== undefined) answers[target.item] = values[field.key];
  }
  return answers;
}

// What stood there last time and usually still does (keep: true).
export function presets(sections: Section[], answers: FormAnswer[]): Answers {
  const values: Answers = {};
  for (const field of sections.flatMap((section) => section.fields)) {
    if (!field.item.keep) continue;
    for (const target of field.targets) {
      const value: AnswerValue | undefined = answers.find((each) => each.form.id === target.form)?.previous?.answers[target.item];
      if (value !== undefined && values[field.key] === undefined) values[field.key] = value;
    }
  }
  return values;
}

// What the record says, for the step that is done: it goes before what stood there last time.
export function fromRecord(sections: Section[], answers: FormAnswer[]): Answers {
  const values: Answers = {};
  for (const field of sections.flatMap((section) => section.fields)) {
    if (field.key === nextDateItem) continue;
    for (const target of field.targets) {
      const value: AnswerValue | undefined = answers.find((each) => each.form.id === target.form)?.initial[target.item];
      if (value !== undefined && values[field.key] === undefined) values[field.key] = value;
    }
  }
  return values;
}

// The next visit as it will probably be: the earliest day that one of the forms asks for. It is shown and not sent: the server knows more.
export function nextDateOf(forms: Pick<FormAnswer, 'form' | 'usualDays'>[], sections: Section[], values: Answers, today: string): string | null {
  const days = forms.map(({ form, usualDays }) => nextDays(form, answersOf(form.id, sections, values), usualDays)).filter((each): each is number => each !== null);
  return days.length === 0 ? null : addDays(today, Math.min(...days));
}
