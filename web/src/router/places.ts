// Drawers that any page opens: they live in the query, so that "back" closes them and a link shares them.
import type { CasesQuestion } from '../api/queries';
import { hrefWith } from './router';

const fields = ['measure', 'period', 'org', 'institution', 'diseaseGroup', 'destination', 'judgement'] as const;

export function encodeCases(question: CasesQuestion): string {
  const search = new URLSearchParams();
  for (const field of fields) {
    const value = question[field];
    if (value) search.set(field, value);
  }
  return search.toString();
}

export function decodeCases(text: string | null): CasesQuestion | null {
  if (!text) return null;
  const search = new URLSearchParams(text);
  const measure = search.get('measure');
  const period = search.get('period');
  if (!measure || !period) return null;
  const question: CasesQuestion = { measure, period };
  for (const field of fields) {
    const value = search.get(field);
    if (value) question[field] = value;
  }
  return question;
}

export const casesHref = (question: CasesQuestion): string => hrefWith({ cases: encodeCases(question), record: null });
export const definitionHref = (measure: string): string => hrefWith({ definition: measure });
export const recordHref = (type: string, key: string): string => hrefWith({ record: `${type}/${key}` });

export function decodeRecord(text: string | null): { type: string; key: string } | null {
  if (!text) return null;
  const slash = text.indexOf('/');
  return slash > 0 ? { type: text.slice(0, slash), key: text.slice(slash + 1) } : null;
}
