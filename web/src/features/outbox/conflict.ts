// Mine and theirs, answer by answer.
import type { Answers, AnswerValue, Form } from '../../care/types';
import { flatItems } from '../../care/rules';

export interface Line {
  form: string;
  item: string;
  mine: AnswerValue | undefined;
  theirs: AnswerValue | undefined;
}

export interface Theirs {
  at: string;
  who: string;
  note: string;
  forms: { form: string; answers: Answers }[];
}

const asRecord = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

export function formsOf(body: unknown): { form: string; answers: Answers }[] {
  const forms = asRecord(body).forms;
  return Array.isArray(forms) ? forms.map((each) => ({ form: asText(asRecord(each).form), answers: asRecord(asRecord(each).answers) as Answers })) : [];
}

// What the server says of the other version; nothing is assumed to be there.
export function readTheirs(value: unknown): Theirs {
  const fields = asRecord(value);
  return { at: asText(fields.at), who: asText(fields.who), note: asText(fields.note), forms: formsOf(fields) };
}

export function lines(mine: { form: string; answers: Answers }[], theirs: { form: string; answers: Answers }[]): Line[] {
  const found: Line[] = [];
  for (const form of [...new Set([...mine, ...theirs].map((each) => each.form))]) {
    const left = mine.find((each) => each.form === form)?.answers ?? {};
    const right = theirs.find((each) => each.form === form)?.answers ?? {};
    for (const item of new Set([...Object.keys(left), ...Object.keys(right)])) found.push({ form, item, mine: left[item], theirs: right[item] });
  }
  return found;
}

export const differs = (line: Line): boolean => JSON.stringify(line.mine) !== JSON.stringify(line.theirs);

export function wordsOf(value: AnswerValue | undefined, item: string, form: Form | undefined, pick: (text: { zh: string; en: string }) => string, yes: string, no: string): string {
  if (value === undefined) return '—';
  if (typeof value === 'boolean') return value ? yes : no;
  const options = form && flatItems(form.items).find((each) => each.id === item)?.options;
  const one = (code: string): string => {
    const option = options?.find((each) => each.code === code);
    return option ? pick(option.text) : code;
  };
  return Array.isArray(value) ? value.map(one).join('、') : one(String(value));
}
