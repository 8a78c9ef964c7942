import { describe, expect, it } from 'vitest';
import type { MovedSome, Pathway, Programme } from '../../care/types';
import { earlierPeople, moveAll, type Progress } from './editions';

const person = (id: string) => ({ patient: { id, name: id }, why: { zh: '不是您的', en: 'not yours' } }) as unknown as MovedSome['left'][0];

describe('the move to the present edition', () => {
  it('counts who goes by another edition, also by one that was not written down', () => {
    const programme = { editions: [{ edition: '2026.1', people: 7 }, { edition: '2025.1', people: 3 }, { edition: '', people: 2 }] } as Programme;
    expect(earlierPeople(programme, { edition: '2026.1' } as Pathway)).toBe(5);
  });

  it('goes on where the last call ended and adds up', async () => {
    const asked: unknown[] = [];
    const said: Progress[] = [];
    const answers: MovedSome[] = [{ looked: 50, moved: 49, left: [person('a')], next: 'here' }, { looked: 3, moved: 3, left: [], next: null }];
    await moveAll({ pathway: 'p', organization: '', reason: 'x' }, new AbortController().signal, (each) => said.push(each), async (move) => {
      asked.push(move.next);
      return answers[asked.length - 1]!;
    });
    expect(asked).toEqual([undefined, 'here']);
    expect(said.at(-1)).toEqual({ state: 'done', looked: 53, moved: 52, left: [person('a')] });
  });

  it('stops after the call that is on its way, and counts it', async () => {
    const stop = new AbortController();
    const said: Progress[] = [];
    let calls = 0;
    await moveAll({ pathway: 'p', organization: '', reason: 'x' }, stop.signal, (each) => said.push(each), async () => {
      calls += 1;
      stop.abort();
      return { looked: 50, moved: 50, left: [], next: 'more' };
    });
    expect(calls).toBe(1);
    expect(said.at(-1)).toMatchObject({ state: 'stopped', moved: 50 });
  });

  it('is done when the last call was also stopped', async () => {
    const stop = new AbortController();
    const said: Progress[] = [];
    await moveAll({ pathway: 'p', organization: '', reason: 'x' }, stop.signal, (each) => said.push(each), async () => {
      stop.abort();
      return { looked: 1, moved: 1, left: [], next: null };
    });
    expect(said.at(-1)?.state).toBe('done');
  });
});
