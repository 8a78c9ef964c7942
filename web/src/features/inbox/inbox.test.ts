import { expect, it } from 'vitest';
import { bodyOf, byUrgencyAndAge, emptyFields, missingOf, sortedVerbs, startAtFirst, timeLeft } from './inbox';

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
