import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call } from '../api/client';
import { sessionQuery } from '../session/session';
import { makeClient } from './start';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const tooMany = () =>
  new Response('{"error":{"category":"busy","code":"too-many-requests","zh":"请 2 秒后再试","en":"try again in 2 seconds"}}', { status: 429, headers: { 'Retry-After': '2' } });
// These answers one after the other, the last again and again.
const server = (...answers: (() => Response)[]) => {
  const fetch = vi.fn(async () => (answers.length > 1 ? answers.shift()! : answers[0])());
  vi.stubGlobal('fetch', fetch);
  return fetch;
};
const good = () => new Response('{"user":"li"}', { status: 200 });
// What the pages ask with useQuery is retried by the client's defaults.
const ask = () => {
  const client = makeClient();
  const { retry, retryDelay } = client.getDefaultOptions().queries ?? {};
  return client.fetchQuery({ queryKey: ['x'], queryFn: () => call<{ user: string }>('/api/x'), retry, retryDelay });
};

describe('a question that was too much', () => {
  it('is asked again when the server said', async () => {
    const fetch = server(tooMany, good);
    const asked = ask();
    await vi.advanceTimersByTimeAsync(1_900);
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await asked).toEqual({ user: 'li' });
    expect(fetch).toHaveBeenCalledTimes(2);
  });
  it('is told after a few tries', async () => {
    const fetch = server(tooMany);
    const asked = ask().catch((problem: unknown) => problem);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await asked).toMatchObject({ status: 429, zh: '请 2 秒后再试' });
    expect(fetch).toHaveBeenCalledTimes(3);
  });
  it('does not sign anybody out', async () => {
    server(tooMany, tooMany, good);
    const asked = makeClient().fetchQuery(sessionQuery);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await asked).toEqual({ user: 'li' });
  });
  it('but a refusal is not asked twice', async () => {
    const fetch = server(() => new Response('{"error":{"category":"unauthenticated","code":"no-session","zh":"","en":""}}', { status: 401 }));
    const asked = makeClient().fetchQuery(sessionQuery).catch((problem: unknown) => problem);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await asked).toMatchObject({ status: 401 });
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
