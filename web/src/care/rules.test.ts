import { describe, expect, it } from 'vitest';
import { cleaned, dangersOf, faultOf, flatItems, holds, holdsOne, isShown, nextDays } from './rules';
import type { Form, FormItem } from './types';

const text = { zh: '收缩压', en: 'Systolic' };
const systolic: FormItem = { id: 'systolic', type: 'quantity', text, unit: 'mm[Hg]', required: true, minimum: 50, maximum: 300 };
const form: Form = {
  id: 'htn', title: text, edition: '1',
  items: [systolic, { id: 'diastolic', type: 'quantity', text }, { id: 'smoking', type: 'choice', text },
    { id: 'more', type: 'group', text, items: [{ id: 'cigarettes', type: 'integer', text, show_when: { item: 'smoking', equals: '1' } }] }],
  dangers: [{ id: 'very-high', any: [{ item: 'systolic', at_least: 180 }, { item: 'diastolic', at_least: 110 }], text }],
  next: [{ any: [{ item: 'systolic', at_least: 140 }], days: 14 }, { days: 90 }],
};

describe('dangers', () => {
  it('begin exactly at the bound', () => {
    expect(dangersOf(form, { systolic: '179.9', diastolic: 109 })).toEqual([]);
    expect(dangersOf(form, { systolic: '180' }).map((danger) => danger.id)).toEqual(['very-high']);
    expect(dangersOf(form, { systolic: 120, diastolic: '110' })).toHaveLength(1);
  });
  it('are silent about what is missing or no number', () => {
    expect(dangersOf(form, {})).toEqual([]);
    expect(dangersOf(form, { systolic: 'x', diastolic: '' })).toEqual([]);
  });
});

it('all and any', () => {
  const both = { all: [{ item: 'a', above: 1 }, { item: 'b', below: 5 }] };
  expect(holds(both, { a: 2, b: 4 })).toBe(true);
  expect(holds(both, { a: 1, b: 4 })).toBe(false);
  expect(holds(both, { a: 2 })).toBe(false);
  expect(holds({}, {})).toBe(true);
});

it('each comparison', () => {
  expect(holdsOne({ item: 'a', at_most: 3.9 }, { a: '3.9' })).toBe(true);
  expect(holdsOne({ item: 'a', below: 3.9 }, { a: '3.9' })).toBe(false);
  expect(holdsOne({ item: 'a', above: 3.9 }, { a: 3.9 })).toBe(false);
  expect(holdsOne({ item: 'a', at_least: 10, below: 20 }, { a: 20 })).toBe(false);
  expect(holdsOne({ item: 'a', equals: '1' }, { a: ['0', '1'] })).toBe(true);
  expect(holdsOne({ item: 'a', equals: '1' }, { a: 1 })).toBe(true);
  expect(holdsOne({ item: 'a', equals: true }, { a: false })).toBe(false);
  expect(holdsOne({ item: 'a' }, { a: 1 })).toBe(false);
});

it('what a group hides is not asked', () => {
  const grouped: Form = { ...form, items: [systolic, { id: 'g', type: 'group', text, show_when: { any: [{ item: 'systolic', at_least: 140 }] }, items: [{ id: 'why', type: 'text', text }] }] };
  const [, why] = flatItems(grouped.items);
  expect(isShown(why, { systolic: 139 })).toBe(false);
  expect(isShown(why, { systolic: 140 })).toBe(true);
  expect(cleaned(grouped, { systolic: 139, why: 'x' })).toEqual({ systolic: 139 });
});

it('the first rule that holds sets the next visit', () => {
  expect(nextDays(form, { systolic: 140 })).toBe(14);
  expect(nextDays(form, { systolic: 139 })).toBe(90);
  expect(nextDays(form, { systolic: 139 }, 28)).toBe(28);
  expect(nextDays(form, { systolic: 140 }, 7)).toBe(14);
  expect(nextDays(form, { systolic: 140 }, null)).toBeNull();
  expect(nextDays({ ...form, next: [] }, { systolic: 139 })).toBeNull();
});

it('faults of a value', () => {
  expect(faultOf(systolic, '')).toEqual({ kind: 'required' });
  expect(faultOf(systolic, 'abc')).toEqual({ kind: 'number' });
  expect(faultOf(systolic, '49')).toEqual({ kind: 'low', bound: 50 });
  expect(faultOf(systolic, '301')).toEqual({ kind: 'high', bound: 300 });
  expect(faultOf(systolic, '120')).toBeNull();
  expect(faultOf({ ...systolic, type: 'integer' }, '1.5')).toEqual({ kind: 'whole' });
  expect(faultOf({ ...systolic, required: false }, undefined)).toBeNull();
});

it('sends numbers as numbers and nothing that was not asked', () => {
  expect(cleaned(form, { systolic: ' 152 ', diastolic: '', smoking: '0', cigarettes: '20' })).toEqual({ systolic: 152, smoking: '0' });
  expect(cleaned(form, { smoking: '1', cigarettes: '20' })).toEqual({ smoking: '1', cigarettes: 20 });
});
