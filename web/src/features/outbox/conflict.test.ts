import { expect, it } from 'vitest';
import { differs, formsOf, lines, readTheirs, wordsOf } from './conflict';

it('sets mine beside theirs', () => {
  const mine = formsOf({ forms: [{ form: 'a', answers: { x: 1, y: '2' } }] });
  const theirs = readTheirs({ at: '2026-11-28T08:00:00+08:00', who: '李', forms: [{ form: 'a', answers: { x: 1, z: ['1'] } }] });
  const all = lines(mine, theirs.forms);
  expect(all.filter(differs).map((line) => line.item)).toEqual(['y', 'z']);
  expect(theirs.who).toBe('李');
});

it('reads what the record keeps of theirs', () => {
  const theirs = readTheirs({
    tasks: [],
    responses: [{
      resourceType: 'QuestionnaireResponse', questionnaire: 'http://x/Questionnaire/htn|2026.1', authored: '2026-11-28T09:00:00+08:00', author: { reference: 'Practitioner/t', display: '唐医生' },
      item: [{ linkId: 'systolic', answer: [{ valueQuantity: { value: 138, unit: 'mmHg' } }] }, { linkId: 'symptoms', answer: [{ valueCoding: { code: '1' } }] },
        { linkId: 'group', item: [{ linkId: 'again', answer: [{ valueBoolean: false }] }] }, { linkId: 'many', answer: [{ valueCoding: { code: 'b' } }, { valueCoding: { code: 'a' } }] }],
    }],
  });
  expect(theirs).toMatchObject({ who: '唐医生', at: '2026-11-28T09:00:00+08:00', forms: [{ form: 'htn', answers: { systolic: 138, symptoms: '1', again: false, many: ['b', 'a'] } }] });
  const mine = [{ form: 'htn', answers: { systolic: 158, symptoms: ['1'], many: ['a', 'b'], again: false } }];
  expect(lines(mine, theirs.forms).filter(differs).map((line) => line.item)).toEqual(['systolic']);
});

it('takes anything for theirs without falling over', () => {
  expect(readTheirs(null)).toEqual({ at: '', who: '', note: '', forms: [] });
  expect(formsOf({ forms: 'x' })).toEqual([]);
});

it('says choices in words', () => {
  const text = (zh: string) => ({ zh, en: zh });
  const form = { id: 'f', title: text('f'), edition: '1', items: [{ id: 'smoking', type: 'choice' as const, text: text('吸烟'), options: [{ code: '1', text: text('是') }] }] };
  const words = (value: string | boolean | string[] | undefined) => wordsOf(value, 'smoking', form, (each) => each.zh, '是', '否');
  expect([words('1'), words(['1', '9']), words(undefined), words(false)]).toEqual(['是', '是、9', '—', '否']);
});
