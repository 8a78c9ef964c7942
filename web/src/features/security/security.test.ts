import { expect, it } from 'vitest';
import { codesAsText, faultsOf, groupsOfFour, inOrder, isRunningOut, plainCode, proofOf } from './security';

it('a secret is read in groups of four', () => {
  expect(groupsOfFour('GEZDGNBVGY3TQOJQ')).toEqual(['GEZD', 'GNBV', 'GY3T', 'QOJQ']);
  expect(groupsOfFour('GEZDG')).toEqual(['GEZD', 'G']);
  expect(groupsOfFour('')).toEqual([]);
});

it('codes are taken as they are typed and pasted', () => {
  expect(plainCode(' 123 456\n')).toBe('123456');
  expect(plainCode('１２３４５６')).toBe('123456');
  expect(plainCode('abcd-efgh')).toBe('abcdefgh');
});

it('what is missing is named at its field', () => {
  expect(faultsOf('', ' ')).toEqual({ password: 'needPassword', code: 'needCode' });
  expect(faultsOf('x', '123456')).toEqual({});
  expect(faultsOf(null, '')).toEqual({ code: 'needCode' });
  expect(faultsOf('', null)).toEqual({ password: 'needPassword' });
});

it('who has a second factor proves it too', () => {
  expect(proofOf({ enrolled: false, passkeys: 0 })).toEqual({ password: true });
  expect(proofOf({ enrolled: true, passkeys: 0 })).toEqual({ password: true, code: 'any', passkey: false });
  expect(proofOf({ enrolled: true, passkeys: 2 })).toEqual({ password: true, code: 'any', passkey: true });
});

it('the codes on paper say whose they are', () => {
  expect(codesAsText('恢复码', 'li', ['a-b', 'c-d'])).toBe('恢复码 · li\n\na-b\nc-d\n');
});

it('few codes are few', () => {
  expect([0, 3, 4, 10].map(isRunningOut)).toEqual([true, true, false, false]);
});

it('this place first, then pages, then programs, each by its last use', () => {
  const one = (id: string, kind: string, current: boolean, lastUsed: string) => ({ id, kind, current, lastUsed });
  const sessions = [one('program', 'token', false, '9'), one('old', 'page', false, '1'), one('here', 'page', true, '0'), one('new', 'page', false, '5')];
  expect(inOrder(sessions).map((each) => each.id)).toEqual(['here', 'new', 'old', 'program']);
  expect(sessions[0].id).toBe('program');
});
