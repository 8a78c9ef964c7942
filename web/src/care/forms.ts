// The forms that a person's open steps ask for, each with the step that it is asked for: what the record says of an item hangs on it.
import { query } from '../api/client';
import type { FormAnswer, Step } from './types';

export interface FormQuestion {
  form: string;
  patient: string;
  task: string;
}

// Each form once, for the first step that needs it.
export function formsOf(patient: string, steps: Step[]): FormQuestion[] {
  const first = new Map<string, Step>();
  for (const step of steps) {
    const known = step.form ? first.get(step.form) : undefined;
    if (step.form && (!known || `${step.windowStart} ${step.task}` < `${known.windowStart} ${known.task}`)) first.set(step.form, step);
  }
  return [...first].map(([form, { task }]) => ({ form, patient, task }));
}

export const formName = ({ form, patient }: FormQuestion): string => `form.${form}.${patient}`;
export const formPath = ({ form, patient, task }: FormQuestion): string => `/api/forms/${encodeURIComponent(form)}${query({ patient, task })}`;

// As it was kept on this device; one that was kept for another step serves too, but for what the record said for that step.
export const forStep = (kept: FormAnswer, task: string): FormAnswer => (kept.task === task ? kept : { ...kept, task, initial: {}, usualDays: undefined });
