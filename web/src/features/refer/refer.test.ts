import { expect, it } from 'vitest';
import type { Enrolment, Receiver, ReferralRule, Step } from '../../care/types';
import { alongWith, answerWithin, belongings, belongsAtFirst, chosenOf, faultsOf, isLower, planOf, urgencyOf, type TypedReferral } from './refer';

const text = { zh: 'x', en: 'x' };
const rule: ReferralRule = { id: 'emergency', group: 'hypertension', text, mark: 'read', urgency: 'emergency' };
const typed: TypedReferral = { clientKey: 'k', direction: 'up', criterion: '', urgency: '', receiver: '', department: '', reasonText: '', summary: '', added: [], without: [], consent: false, plan: { text: '', pathway: '', nextDate: '' } };

it('urgency: typed, else of the criterion', () => {
  expect([urgencyOf('', rule), urgencyOf('urgent', rule), urgencyOf('', undefined)]).toEqual(['emergency', 'urgent', 'routine']);
  expect(isLower('urgent', 'emergency')).toBe(true);
  expect(answerWithin({ rules: [], reasons: {}, urgencies: [{ id: 'urgent', name: text, answerMinutes: 240 }, { id: 'emergency', name: text, answerMinutes: 30 }] }, 'urgent')).toEqual({ hours: 4 });
});

it('what is missing', () => {
  expect(faultsOf(typed, undefined, undefined, 'routine')).toEqual(['criterion', 'receiver', 'consent']);
  expect(faultsOf({ ...typed, reasonText: '要求' }, undefined, { organization: 'a' } as Receiver, 'emergency')).toEqual([]);
});

it('what goes along: what was added here, then the newest of the record, each once', () => {
  const document = (reference: string) => ({ reference, title: reference });
  const offered = alongWith([document('new')], ['new', 'a', 'b', 'c'].map(document), 2);
  expect(offered.map((each) => each.reference)).toEqual(['new', 'a', 'b']);
  expect(chosenOf(offered, ['a', 'gone'])).toEqual(['new', 'b']);
});

it('who is sent down takes a plan along, by the criterion’s pathway', () => {
  const down: TypedReferral = { ...typed, direction: 'down', reasonText: '稳定', consent: true };
  expect(faultsOf(down, undefined, { organization: 'a' } as Receiver, 'routine')).toEqual(['plan']);
  const planned = { ...down, plan: { text: ' 每周量血压 ', pathway: '', nextDate: '2026-12-01' } };
  expect(faultsOf(planned, undefined, { organization: 'a' } as Receiver, 'routine')).toEqual([]);
  expect(planOf(planned, { ...rule, plan: 'hypertension' })).toEqual({ text: '每周量血压', pathway: 'hypertension', nextDate: '2026-12-01' });
  expect(planOf(planned, undefined)).toEqual({ text: '每周量血压', nextDate: '2026-12-01' });
  expect(planOf(typed, rule)).toBeUndefined();
});

it('a consultation belongs to the step that waits for one, or to a course; what a step of this level waits for is asked', () => {
  const step = (task: string, pathway: string, activity: string | null, who: string[]) => ({ task, pathway, pathwayTitle: text, name: text, activity, who }) as Step;
  const enrolment = (id: string, pathway: string, status = 'active') => ({ id, pathway, status, title: text }) as Enrolment;
  const board = step('step-1', 'lung', 'consultation', ['county']);
  const choices = belongings([enrolment('care-1', 'lung'), enrolment('care-2', 'hypertension'), enrolment('care-3', 'diabetes', 'finished')], [board, step('step-2', 'lung', 'test', ['county'])]);
  expect(choices.map((each) => each.reference)).toEqual(['Task/step-1', 'EpisodeOfCare/care-2']);
  expect(belongsAtFirst(choices, 'Task/step-1', 'county')).toBe('Task/step-1');
  expect([belongsAtFirst(choices, '', 'county'), belongsAtFirst(choices, 'Task/step-gone', 'county')]).toEqual([null, null]);
  expect([belongsAtFirst(choices, '', 'village'), belongsAtFirst(choices.slice(1), '', 'county'), belongsAtFirst([], '', 'county')]).toEqual(['', '', '']);
});
