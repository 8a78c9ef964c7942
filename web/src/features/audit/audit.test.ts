import { describe, expect, it } from 'vitest';
import { deedOf, isDay, questionOf, sealLines } from './audit';

describe('the audit', () => {
  it('takes from the address what is a question and nothing else', () => {
    expect(questionOf(new URLSearchParams('user= li &verb=open&text=&lang=en'))).toEqual({ user: 'li', verb: 'open' });
  });

  it('knows a day', () => {
    expect(['2026-11-29', '2024-02-29'].every(isDay)).toBe(true);
    expect(['2026-1-2', '29.11.2026', '2026-13-01', ''].some(isDay)).toBe(false);
  });

  it('says a sign-in and a change of an account as what they are', () => {
    const note = (type: string, what: string, verb = 'commit') => deedOf({ verb, type, what });
    expect(note('QianxianSession', '87ad sign-in')).toEqual({ deed: 'sign-in', to: '' });
    expect(note('QianxianAccount', 'account-8c wrong-password li')).toEqual({ deed: 'wrong-password', to: 'li' });
    expect(note('QianxianClient', 'abc client-add')).toEqual({ deed: 'client-add', to: 'abc' });
    expect(note('Patient', 'sign-in api')).toBeNull();
    expect(note('QianxianSession', 'sign-in', 'read')).toBeNull();
  });

  it('writes seals as the check reads them', () => {
    expect(sealLines([{ day: '2026-11-28', number: 7, at: '', link: 'ab', publicKey: 'cd', signature: 'ef' }])).toBe('2026-11-28 7 ab cd ef\n');
  });
});
