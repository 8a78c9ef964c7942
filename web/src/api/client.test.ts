import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, call, errorFromAnswer, isServerReachable, onSessionExpired, query, reportReachable, whenReachable } from './client';

afterEach(() => {
  vi.unstubAllGlobals();
  reportReachable(true);
});

const answer = (status: number, body: string, headers: Record<string, string> = {}) => vi.fn(async () => new Response(status === 204 ? null : body, { status, headers }));

describe('a call', () => {
  it('gives the body, and sends the header that a change needs', async () => {
    const fetch = answer(200, '{"a":1}');
    vi.stubGlobal('fetch', fetch);
    expect(await call('/api/x', { method: 'POST', body: { b: 2 } })).toEqual({ a: 1 });
    const [, options] = fetch.mock.calls[0] as unknown as [string, RequestInit];
    expect(options.headers).toMatchObject({ 'X-Qianxian': '1', 'Content-Type': 'application/json' });
    expect(options.body).toBe('{"b":2}');
  });
  it('turns a refusal into an error with both languages', async () => {
    vi.stubGlobal('fetch', answer(503, '{"error":{"category":"busy","code":"locked","zh":"请 3 分钟后再试","en":"Try again in 3 minutes"}}', { 'Retry-After': '180' }));
    const error = (await call('/api/x').catch((problem: unknown) => problem)) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 503, code: 'locked', zh: '请 3 分钟后再试', en: 'Try again in 3 minutes', retryAfterSeconds: 180 });
  });
  it('knows what may be asked again after a while', async () => {
    const body = '{"error":{"category":"busy","code":"too-many-requests","zh":"您的账号请求过于频繁，请 2 秒后再试","en":"too many requests of this account: try again in 2 seconds"}}';
    vi.stubGlobal('fetch', answer(429, body, { 'Retry-After': '2' }));
    const error = (await call('/api/x').catch((problem: unknown) => problem)) as ApiError;
    expect(error).toMatchObject({ status: 429, isBusy: true, isNetwork: false, retryAfterSeconds: 2, zh: '您的账号请求过于频繁，请 2 秒后再试' });
    expect(isServerReachable()).toBe(true);
    expect(errorFromAnswer(503, '', null).isBusy).toBe(true);
    for (const status of [400, 401, 409, 500]) expect(errorFromAnswer(status, '', null).isBusy).toBe(false);
  });
  it('says that the session ended, but not for a wrong password', async () => {
    const ended = vi.fn();
    const stop = onSessionExpired(ended);
    vi.stubGlobal('fetch', answer(401, '{"error":{"category":"unauthenticated","code":"x","zh":"","en":""}}'));
    await call('/api/session', { expectUnauthenticated: true }).catch(() => undefined);
    expect(ended).not.toHaveBeenCalled();
    await call('/api/gaps').catch(() => undefined);
    expect(ended).toHaveBeenCalledOnce();
    stop();
  });
  it('knows a lost line, and waits for it', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))));
    const error = (await call('/api/x').catch((problem: unknown) => problem)) as ApiError;
    expect(error.isNetwork).toBe(true);
    expect(isServerReachable()).toBe(false);
    let back = false;
    const waiting = whenReachable().then(() => (back = true));
    expect(back).toBe(false);
    vi.stubGlobal('fetch', answer(200, '{}'));
    await call('/api/x');
    await waiting;
    expect(back).toBe(true);
  });
});

it('an answer that is no error body is told all the same', () => {
  expect(errorFromAnswer(502, '<html>', null)).toMatchObject({ status: 502, code: 'http-502' });
});

it('a query string leaves out what is empty', () => {
  expect(query({ a: 1, b: '', c: null, d: undefined, e: 'x y' })).toBe('?a=1&e=x+y');
  expect(query({})).toBe('');
});
