import { expect, it } from 'vitest';
import { expectedOf, faultsOf, type Wanted } from './approve';

const today = '2025-11-22';
const good: Wanted = { owner: '李主任', dueOn: '2026-03-01', expected: '85', begun: false, startedOn: '' };

it('an action needs an owner and a date that is still to come', () => {
  expect(faultsOf(good, true, today)).toEqual({});
  expect(faultsOf({ ...good, dueOn: today }, true, today)).toEqual({});
  expect(faultsOf({ ...good, owner: ' ', dueOn: '2025-11-21' }, true, today)).toEqual({ owner: 'noOwner', dueOn: 'duePast' });
  expect(faultsOf({ ...good, dueOn: '' }, true, today)).toEqual({ dueOn: 'noDue' });
});

it('one that has begun may have been due before today, but not before it began', () => {
  const begun = { ...good, begun: true, startedOn: '2025-01-10' };
  expect(faultsOf({ ...begun, dueOn: '2025-06-30' }, true, today)).toEqual({});
  expect(faultsOf({ ...begun, dueOn: '2025-01-09' }, true, today)).toEqual({ dueOn: 'dueBeforeStart' });
  expect(faultsOf({ ...begun, startedOn: '2025-11-23' }, true, today)).toEqual({ startedOn: 'startLater' });
  expect(faultsOf({ ...begun, startedOn: '' }, true, today)).toEqual({ startedOn: 'noStart' });
});

it('what is expected is a number, and a share lies between 0 and 100 %', () => {
  expect(expectedOf(' 85.5％ ', true)).toBe('0.855');
  expect(expectedOf('', true)).toBe('');
  expect(expectedOf('8.2', false)).toBe('8.2');
  expect(faultsOf({ ...good, expected: '' }, true, today)).toEqual({ expected: 'noExpected' });
  expect(faultsOf({ ...good, expected: ' ' }, false, today)).toEqual({ expected: 'noExpected' });
  expect(faultsOf({ ...good, expected: '八十五' }, true, today)).toEqual({ expected: 'expectedBad' });
  expect(faultsOf({ ...good, expected: '850' }, true, today)).toEqual({ expected: 'expectedRange' });
  expect(faultsOf({ ...good, expected: '850' }, false, today)).toEqual({});
});
