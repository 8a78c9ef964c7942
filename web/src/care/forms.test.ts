import { expect, it } from 'vitest';
import { formName, formPath, formsOf, forStep } from './forms';
import type { FormAnswer, Step } from './types';

const step = (task: string, form: string | null, windowStart: string) => ({ task, form, windowStart }) as Step;

it('asks for each form once, for the first step that needs it', () => {
  const asked = formsOf('p1', [step('t3', 'a', '2026-12-01'), step('t1', 'a', '2026-11-01'), step('t2', 'b', '2026-11-20'), step('t4', null, '2026-11-01')]);
  expect(asked).toEqual([{ form: 'a', patient: 'p1', task: 't1' }, { form: 'b', patient: 'p1', task: 't2' }]);
  expect([formName(asked[0]), formPath(asked[0])]).toEqual(['form.a.p1', '/api/forms/a?patient=p1&task=t1']);
});

it('what the record said for another step is not taken over', () => {
  const kept = { previous: { answers: { smoking: '1' } }, initial: { weight: 70 }, task: 't1' } as unknown as FormAnswer;
  expect(forStep(kept, 't1')).toBe(kept);
  expect(forStep(kept, 't2')).toMatchObject({ previous: kept.previous, initial: {}, task: 't2' });
});
