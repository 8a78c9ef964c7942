import { expect, it } from 'vitest';
import type { Receiver, Referral } from '../../care/types';
import { bodyOf, byUrgencyAndAge, draftNeeds, emptyFields, missingOf, noteOf, receiverOfDraft, sortedVerbs, startAtFirst, timeLeft } from './inbox';

it('the urgent first, then the oldest', () => {
  const list = [['a', 'routine', '2026-11-01'], ['b', 'emergency', '2026-11-03'], ['c', 'routine', '2026-10-30'], ['d', 'urgent', '2026-11-02']] as const;
  expect(byUrgencyAndAge(list.map(([id, urgency, sentAt]) => ({ id, urgency, sentAt }))).map((each) => each.id)).toEqual(['b', 'd', 'c', 'a']);
});

it('the time that is left', () => {
  const now = Date.parse('2026-11-28T10:00:00+08:00');
  expect(timeLeft('2026-11-28T12:30:00+08:00', now)).toEqual({ overdue: false, days: 0, hours: 2, minutes: 30 });
  expect(timeLeft('2026-11-27T09:00:00+08:00', now)).toEqual({ overdue: true, days: 1, hours: 1, minutes: 0 });
  expect(timeLeft(null, now)).toBeNull();
});

it('verbs: the way on first, the ends last', () => {
  expect(sortedVerbs(['decline', 'interim', 'accept', 'unknown'])).toEqual(['accept', 'interim', 'decline', 'unknown']);
});

it('sends what belongs to the verb', () => {
  const fields = { ...emptyFields, note: ' 好 ', start: '2026-11-30T09:00', department: '心内科', text: '三月后复查', pathway: 'hypertension', reason: 'no-bed' };
  expect(bodyOf('accept', fields, 3)).toEqual({ version: 3, note: '好', slot: { start: '2026-11-30T09:00:00+08:00', department: '心内科' } });
  expect(bodyOf('decline', fields, 3)).toEqual({ version: 3, note: '好', reason: 'no-bed' });
  expect(bodyOf('send-down', { ...fields, note: '' }, 3)).toEqual({ version: 3, plan: { text: '三月后复查', pathway: 'hypertension' } });
  expect(bodyOf('arrive', emptyFields, 'v')).toEqual({ version: 'v' });
  expect([missingOf('decline', emptyFields), missingOf('return-result', emptyFields), missingOf('interim', emptyFields), missingOf('accept', emptyFields)]).toEqual(['reason', 'text', 'note', 'start']);
  expect([missingOf('review-return', emptyFields), missingOf('accept', fields), missingOf('decline', { ...emptyFields, note: '好' }), missingOf('take-over', emptyFields)]).toEqual(['note', null, 'reason', null]);
});

it('an emergency is taken now, in China’s time; for others somebody chooses', () => {
  const now = Date.parse('2026-03-02T18:05:00Z');
  expect(startAtFirst('accept', 'emergency', now)).toBe('2026-03-03T02:05');
  expect([startAtFirst('accept', 'routine', now), startAtFirst('decline', 'emergency', now)]).toEqual(['', '']);
});

it('a draft goes out with its receiver, with consent and a plan where they are asked for', () => {
  const fields = { ...emptyFields, receiver: 'H1', consent: true };
  expect(bodyOf('send', { ...fields, department: ' 心内科 ' }, 1)).toEqual({ version: 1, receiver: { organization: 'H1', department: '心内科' }, consent: true });
  expect(bodyOf('send', { ...fields, consent: false, text: '三月后复查' }, 1)).toEqual({ version: 1, receiver: { organization: 'H1' }, plan: { text: '三月后复查' } });
  const proposed = { state: 'draft', sentAt: null, urgency: 'routine', direction: 'up', history: [{ verb: 'propose' }] } as Referral;
  expect(draftNeeds(proposed)).toEqual({ consent: true, plan: false });
  expect([draftNeeds({ ...proposed, urgency: 'emergency' })?.consent, draftNeeds({ ...proposed, sentAt: '2026-11-28' })?.consent, draftNeeds({ ...proposed, direction: 'down' })?.plan, draftNeeds({ ...proposed, state: 'sent' })]).toEqual([false, false, true, undefined]);
  const needs = { consent: true, plan: false };
  expect([missingOf('send', emptyFields, needs), missingOf('send', { ...fields, consent: false }, needs), missingOf('send', fields, needs), missingOf('send', fields, { consent: true, plan: true })]).toEqual(['receiver', 'consent', null, 'text']);
});

it('a draft is dropped with a reason or in own words', () => {
  const needs = { consent: true, plan: false };
  expect([missingOf('withdraw', emptyFields, needs), missingOf('withdraw', { ...emptyFields, note: '已好转' }, needs), missingOf('withdraw', { ...emptyFields, note: '已好转' })]).toEqual(['reasonOrNote', null, 'reason']);
  expect(bodyOf('withdraw', { ...emptyFields, note: '已好转' }, 2)).toEqual({ version: 2, note: '已好转' });
});

it('who receives a draft: chosen, else in the draft, else suggested, else nobody', () => {
  const all = [{ organization: 'a', suggested: false }, { organization: 'b', suggested: true }] as Receiver[];
  expect([receiverOfDraft(all, 'a', 'b'), receiverOfDraft(all, '', 'a'), receiverOfDraft(all, 'gone', ''), receiverOfDraft([], '', 'c'), receiverOfDraft(all.slice(0, 1), '', '')]).toEqual(['a', 'a', 'b', 'c', '']);
});

it('what the program notes is shown in one language, what a person notes as it is', () => {
  expect([noteOf({ who: 'system', note: '尚未转出 / not sent yet' }, 'zh'), noteOf({ who: 'system', note: '尚未转出 / not sent yet' }, 'en'), noteOf({ who: '何医生', note: '120 / 80' }, 'en')]).toEqual(['尚未转出', 'not sent yet', '120 / 80']);
});
