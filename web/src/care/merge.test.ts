import { expect, it } from 'vitest';
import { answersOf, fromRecord, mergeForms, nextDateOf, presets } from './merge';
import { addDays, ageOn, daysBetween, readIdNumber } from './days';
import type { Form, FormAnswer, FormItem } from './types';

const text = (zh: string) => ({ zh, en: zh });
const pressure: FormItem = { id: 'systolic', type: 'quantity', text: text('收缩压'), unit: 'mm[Hg]', observation: { system: 's', code: '8480-6' } };
const hypertension: Form = {
  id: 'htn', title: text('高血压'), edition: '1',
  items: [{ ...pressure, required: true, history: 3 }, { id: 'smoking', type: 'choice', text: text('吸烟'), options: [{ code: '1', text: text('是') }], keep: true },
    { id: 'salt', type: 'choice', text: text('摄盐'), options: [{ code: '1', text: text('轻') }] }, { id: 'next-date', type: 'date', text: text('下次') }],
  next: [{ any: [{ item: 'systolic', at_least: 140 }], days: 14 }, { days: 90 }],
};
const diabetes: Form = {
  id: 'dm', title: text('糖尿病'), edition: '1',
  items: [{ ...pressure, id: 'sbp' }, { id: 'glucose', type: 'quantity', text: text('血糖') },
    { id: 'smoking', type: 'choice', text: text('吸烟'), options: [{ code: '1', text: text('是') }] }, { id: 'next-date', type: 'date', text: text('下次随访') }],
  next: [{ any: [{ item: 'glucose', at_least: 7 }], days: 30 }, { days: 90 }],
};
const forms = [hypertension, diabetes];
const sections = mergeForms(forms);
const key = (item: string) => sections.flatMap((section) => section.fields).find((field) => field.targets.some((target) => target.item === item))!.key;

it('asks once what both ask, in front, and the next date last', () => {
  expect(sections.map((section) => [section.form, section.fields.map((field) => field.item.id)])).toEqual([
    ['', ['systolic', 'smoking']], ['htn', ['salt']], ['dm', ['glucose']], ['', ['next-date']],
  ]);
  const shared = sections[0].fields[0];
  expect(shared.item).toMatchObject({ required: true, history: 3 });
  expect(shared.targets).toEqual([{ form: 'htn', item: 'systolic' }, { form: 'dm', item: 'sbp' }]);
});

it('gives each form its own answers back', () => {
  const values = { [key('systolic')]: '150', [key('glucose')]: '6.1', [key('next-date')]: '2026-12-12' };
  expect(answersOf('htn', sections, values)).toEqual({ systolic: '150', 'next-date': '2026-12-12' });
  expect(answersOf('dm', sections, values)).toEqual({ sbp: '150', glucose: '6.1', 'next-date': '2026-12-12' });
});

it('different words or choices are different questions', () => {
  const other: Form = { ...diabetes, id: 'x', items: [{ id: 'smoking', type: 'choice', text: text('吸烟'), options: [{ code: '2', text: text('戒') }] }] };
  expect(mergeForms([hypertension, other]).flatMap((section) => section.fields).filter((field) => field.item.id === 'smoking')).toHaveLength(2);
});

it('presets what is kept, and only that', () => {
  const values = presets(sections, [
    { form: hypertension, previous: { answers: { smoking: '1', systolic: 150, salt: '1' } }, initial: {}, task: 't', readings: {} }, { form: diabetes, previous: null, initial: {}, task: 't', readings: {} },
  ]);
  expect(values).toEqual({ [key('smoking')]: '1' });
});

it('takes from the record what nothing of last time fills', () => {
  const loaded: FormAnswer[] = [
    { form: hypertension, previous: null, initial: { smoking: '1', 'next-date': '2026-12-01' }, task: 't', readings: {} }, { form: diabetes, previous: null, initial: { sbp: 148, smoking: '2', glucose: '6.1' }, task: 't', readings: {} },
  ];
  expect(fromRecord(sections, loaded)).toEqual({ [key('systolic')]: 148, [key('smoking')]: '1', [key('glucose')]: '6.1' });
});

it('the next date is the earliest that a form asks for', () => {
  const loaded = forms.map((form) => ({ form }));
  expect(nextDateOf(loaded, sections, { [key('systolic')]: '150', [key('glucose')]: '8' }, '2026-11-28')).toBe('2026-12-12');
  expect(nextDateOf(loaded, sections, { [key('systolic')]: '130', [key('glucose')]: '8' }, '2026-11-28')).toBe('2026-12-28');
  expect(nextDateOf([{ form: { ...hypertension, next: [] } }], sections, {}, '2026-11-28')).toBeNull();
  expect(nextDateOf([{ form: hypertension, usualDays: 30 }], sections, { [key('systolic')]: '130' }, '2026-11-28')).toBe('2026-12-28');
});

it('one form has no heading of its own and keeps its order', () => {
  expect(mergeForms([hypertension]).map((section) => section.fields.length)).toEqual([4]);
});

it('days', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(daysBetween('2026-11-01', '2026-11-28')).toBe(27);
  expect(ageOn('1960-11-29', '2026-11-28')).toBe(65);
  expect(ageOn('1960-11-28', '2026-11-28')).toBe(66);
  expect(readIdNumber('11010519491231002X')).toEqual({ birthDate: '1949-12-31', gender: 'female' });
  expect(readIdNumber('110105194912310021')).toBeNull();
});
