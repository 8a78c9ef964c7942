import { expect, it } from 'vitest';
import type { Receiver, ReferralRule } from '../../care/types';
import { answerWithin, criterionName, faultsOf, isLower, receiverOf, ruleOf, urgencyOf, type TypedReferral } from './refer';

const text = { zh: 'x', en: 'x' };
const rules: ReferralRule[] = [{ id: 'emergency', group: 'hypertension', text, mark: 'read', urgency: 'emergency' }, { id: 'gout/flare', text, mark: 'K' }];
const receiver = (organization: string, suggested: boolean) => ({ organization, suggested }) as Receiver;
const typed: TypedReferral = { clientKey: 'k', direction: 'up', criterion: '', urgency: '', receiver: '', department: '', reasonText: '', summary: '', without: [], consent: false };

it('finds the criterion that a danger names', () => {
  expect(ruleOf(rules, 'hypertension/emergency')).toBe(rules[0]);
  expect(ruleOf(rules, 'gout/flare')).toBe(rules[1]);
  expect(ruleOf(rules, '')).toBeUndefined();
  expect(rules.map(criterionName)).toEqual(['hypertension/emergency', 'gout/flare']);
});

it('urgency: typed, else of the criterion', () => {
  expect([urgencyOf('', rules[0]), urgencyOf('urgent', rules[0]), urgencyOf('', undefined)]).toEqual(['emergency', 'urgent', 'routine']);
  expect(isLower('urgent', 'emergency')).toBe(true);
  expect(answerWithin({ rules: [], reasons: {}, urgencies: [{ id: 'urgent', name: text, answerMinutes: 240 }, { id: 'emergency', name: text, answerMinutes: 30 }] }, 'urgent')).toEqual({ hours: 4 });
});

it('the suggested receiver until another is chosen', () => {
  const all = [receiver('a', false), receiver('b', true)];
  expect([receiverOf(all, '')?.organization, receiverOf(all, 'a')?.organization, receiverOf(all, 'z'), receiverOf([], '')]).toEqual(['b', 'a', undefined, undefined]);
});

it('what is missing', () => {
  expect(faultsOf(typed, undefined, undefined, 'routine')).toEqual(['criterion', 'receiver', 'consent']);
  expect(faultsOf({ ...typed, reasonText: '要求' }, undefined, receiver('a', true), 'emergency')).toEqual([]);
});
