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

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

// The value of one answer of a QuestionnaireResponse: a code, a number, a text, yes or no.
function answerOf(answer: unknown): string | number | boolean | undefined {
  for (const [name, value] of Object.entries(asRecord(answer))) {
    if (name === 'valueCoding') return asText(asRecord(value).code);
    if (name === 'valueQuantity') return asRecord(value).value as number;
    if (name.startsWith('value') && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')) return value;
  }
  return undefined;
}

function addAnswers(items: unknown, answers: Answers): void {
  for (const item of asList(items)) {
    const fields = asRecord(item);
    const values = asList(fields.answer).map(answerOf).filter((value): value is string | number | boolean => value !== undefined);
    const id = asText(fields.linkId);
    if (id && values.length === 1) answers[id] = values[0];
    if (id && values.length > 1) answers[id] = values.map(String);
    addAnswers(fields.item, answers);
  }
}

// A kept QuestionnaireResponse as the answers of a form: ".../Questionnaire/hypertension-follow-up|2026.1".
function ofResponse(value: unknown): { form: string; answers: Answers } {
  const fields = asRecord(value);
  const answers: Answers = {};
  addAnswers(fields.item, answers);
  return { form: asText(fields.questionnaire).split('|')[0].split('/').pop() ?? '', answers };
}

// What the server says of the other version; nothing is assumed to be there.
export function readTheirs(value: unknown): Theirs {
  const fields = asRecord(value);
  const responses = asList(fields.responses);
  const first = asRecord(responses[0]);
  const author = asRecord(first.author);
  return {
    at: asText(fields.at) || asText(first.authored), who: asText(fields.who) || asText(author.display), note: asText(fields.note),
    forms: [...formsOf(fields), ...responses.map(ofResponse)],
  };
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

// One choice of several comes back as a single code; a number may come as text.
const plain = (value: AnswerValue | undefined): string => (Array.isArray(value) ? [...value].sort().join() : String(value ?? ''));
export const differs = (line: Line): boolean => plain(line.mine) !== plain(line.theirs);

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
