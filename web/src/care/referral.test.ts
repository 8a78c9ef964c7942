import { expect, it } from 'vitest';
import { criterionName, firstOf, proposalOf, receiverOf, ruleOf } from './referral';
import type { Receiver, Referral, ReferralRule } from './types';

const text = { zh: 'x', en: 'x' };
const rules: ReferralRule[] = [{ id: 'emergency', group: 'hypertension', text, mark: 'read', urgency: 'emergency' }, { id: 'gout/flare', text, mark: 'K' }];
const receiver = (organization: string, suggested: boolean) => ({ organization, suggested }) as Receiver;

it('of a long list the first and whoever is chosen; one more is no list to fold', () => {
  expect(firstOf([1, 2, 3, 4, 5, 6], 4, (each) => each === 6)).toEqual([1, 2, 3, 4, 6]);
  expect(firstOf([1, 2, 3, 4, 5], 4, () => false)).toEqual([1, 2, 3, 4, 5]);
});

it('finds the criterion that a danger names', () => {
  expect(ruleOf(rules, 'hypertension/emergency')).toBe(rules[0]);
  expect(ruleOf(rules, 'gout/flare')).toBe(rules[1]);
  expect(ruleOf(rules, '')).toBeUndefined();
  expect(rules.map(criterionName)).toEqual(['hypertension/emergency', 'gout/flare']);
});

it('the suggested receiver until another is chosen', () => {
  const all = [receiver('a', false), receiver('b', true)];
  expect([receiverOf(all, '')?.organization, receiverOf(all, 'a')?.organization, receiverOf(all, 'z'), receiverOf([], '')]).toEqual(['b', 'a', undefined, undefined]);
});

it('proposed by a pathway: until somebody has sent it', () => {
  const entry = (verb: string): Referral['history'][number] => ({ at: '2026-11-28T09:00:00+08:00', who: 'system', verb, state: 'draft', note: '' });
  const draft = { state: 'draft', sentAt: null, history: [entry('propose')] };
  expect(proposalOf(draft)).toBe(draft.history[0]);
  expect([proposalOf({ ...draft, history: [entry('create')] }), proposalOf({ ...draft, state: 'sent' }), proposalOf({ ...draft, sentAt: '2026-11-28T10:00:00+08:00' })]).toEqual([undefined, undefined, undefined]);
});
