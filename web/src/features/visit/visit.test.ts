import { expect, it } from 'vitest';
import { mergeForms } from '../../care/merge';
import type { Form, Step } from '../../care/types';
import { answerWords, dangers, faults, namedDate, offAtFirst, pressed, requestOf, type Typed } from './visit';

const text = (zh: string) => ({ zh, en: zh });
const systolic = { id: 'systolic', type: 'quantity' as const, maximum: 300, text: text('收缩压'), required: true, observation: { system: 's', code: 'c' } };
const danger = { id: 'high', any: [{ item: 'systolic', at_least: 180 }], text: text('危险'), refer: { urgency: 'emergency' as const, criterion: 'x/1' } };
const forms: Form[] = ['a', 'b'].map((id) => ({
  id, title: text(id), edition: '1', dangers: [danger],
  items: [systolic, { id: `own-${id}`, type: 'integer', text: text(id), show_when: { item: 'systolic', at_least: 140 }, required: true }],
}));
const sections = mergeForms(forms);
const key = sections[0].fields[0].key;
const typed: Typed = { clientKey: 'k', values: {}, off: [], ticked: [], method: 'home', note: ' 好 ' };
const step = (task: string, form: string | null) => ({ task, version: '1', form }) as Step;

it('the same danger of two forms is told once', () => {
  expect(dangers(forms, sections, { [key]: '185' })).toHaveLength(1);
  expect(dangers(forms, sections, { [key]: '120' })).toEqual([]);
});

it('a value that cannot be is a fault and no danger', () => {
  expect(dangers(forms, sections, { [key]: '9999' })).toEqual([]);
  expect(faults(forms, sections, { [key]: '9999' }).get(key)?.kind).toBe('high');
});

it('only what is asked must be answered', () => {
  expect([...faults(forms, sections, {}).keys()]).toEqual([key]);
  expect(faults(forms, sections, { [key]: '120' }).size).toBe(0);
  expect(faults(forms, sections, { [key]: '150' }).size).toBe(2);
});

it('sends the answers of each form and the steps that were done', () => {
  const request = requestOf('p', { ...typed, ticked: ['t3'] }, [step('t1', 'a'), step('t2', 'b'), step('t3', null), step('t4', null)], forms, sections, { [key]: '120' }, '2026-11-28T09:00:00+08:00');
  expect(request).toEqual({
    clientKey: 'k', patient: 'p', at: '2026-11-28T09:00:00+08:00', method: 'home', note: '好',
    tasks: [{ task: 't1', version: '1' }, { task: 't2', version: '1' }, { task: 't3', version: '1' }],
    forms: [{ form: 'a', answers: { systolic: 120 } }, { form: 'b', answers: { systolic: 120 } }],
  });
});

it('the next date is sent only when somebody named it', () => {
  const asking: Form[] = [{ ...forms[0], items: [...forms[0].items, { id: 'next-date', type: 'date', text: text('下次') }], next: [{ days: 90 }] }];
  const sent = (values: Typed['values']) => requestOf('p', { ...typed, values }, [step('t1', 'a')], asking, mergeForms(asking), { [key]: '120', ...values }, '2026-11-28T09:00:00+08:00').forms[0].answers;
  expect([namedDate(typed), namedDate({ ...typed, values: { 'next-date': '' } }), namedDate({ ...typed, values: { 'next-date': '2026-12-24' } })]).toEqual([null, null, '2026-12-24']);
  expect(sent({})).toEqual({ systolic: 120 });
  expect(sent({ 'next-date': '2026-12-24' })).toEqual({ systolic: 120, 'next-date': '2026-12-24' });
});

it('“none of these” excludes the others', () => {
  expect(pressed(['1', '2'], '0', ['0'])).toEqual(['0']);
  expect(pressed(['0'], '1', ['0'])).toEqual(['1']);
  expect(pressed(['1', '2'], '1', ['0'])).toEqual(['2']);
});

it('what is as last time, in words', () => {
  const field = { key: 'k', targets: [], item: { id: 'x', type: 'choices' as const, text: text('x'), options: [{ code: '1', text: text('规律') }] } };
  const words = (value: Parameters<typeof answerWords>[1]) => answerWords(field, value, (each) => each.zh, '是', '否');
  expect([words(['1', '7']), words('1'), words(false), words(undefined), words('氨氯地平')]).toEqual(['规律、7', '规律', '否', '—', '氨氯地平']);
});

it('opens with what this level does now; the rest is offered', () => {
  const at = (task: string, who: string[], windowStart: string, due = windowStart) => ({ task, form: task, who, windowStart, due }) as Step;
  const steps = [at('recall', ['township', 'village'], '2026-03-20'), at('diagnosis', ['county'], '2026-03-20'), at('next-year', ['county'], '2027-03-01'), { ...at('board', ['county'], '2026-03-20'), form: null }];
  expect(offAtFirst(steps, 'county', '2026-03-24')).toEqual(['recall', 'next-year']);
  expect(offAtFirst(steps, 'village', '2026-03-24')).toEqual(['diagnosis', 'next-year']);
  expect(offAtFirst(steps, 'county', '2026-03-01')).toEqual(['recall', 'next-year']);
  expect(offAtFirst(steps, 'city', '2026-03-24')).toEqual(['next-year']);
  expect(offAtFirst([at('a', [], '2026-03-20')], 'village', '2026-03-24')).toEqual([]);
  const above = [at('diagnosis', ['county'], '2026-03-20')];
  expect(offAtFirst(above, 'village', '2026-03-24')).toEqual(['diagnosis']);   // the county's
  expect(offAtFirst(above, 'none', '2026-03-24')).toEqual([]);
  expect(offAtFirst([at('home-visit', ['village'], '2026-03-20')], 'township', '2026-03-24')).toEqual([]);   // who leads the village may
});
