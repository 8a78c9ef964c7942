// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeClient } from '../app/start';
import { keep } from '../offline/keep';
import { SessionProvider, hint, useSession } from './session';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  localStorage.clear();
});

const tooMany = '{"error":{"category":"busy","code":"too-many-requests","zh":"","en":""}}';
let answer = (): Response => new Response(tooMany, { status: 429, headers: { 'Retry-After': '1' } });
let leave = async (): Promise<void> => undefined;

function Who() {
  const { session, checking, expired, signOut } = useSession();
  leave = signOut;
  return <p>{checking ? 'checking' : session ? `${session.user}${expired ? ' expired' : ''}` : 'nobody'}</p>;
}

const open = async () => {
  vi.stubGlobal('fetch', vi.fn(async () => answer()));
  render(<QueryClientProvider client={makeClient()}><SessionProvider><Who /></SessionProvider></QueryClientProvider>);
  await act(() => vi.advanceTimersByTimeAsync(10_000));
};

it('a server that answers 429 signs nobody out', async () => {
  hint(true);
  await keep('', 'session', { user: 'li' });
  await open();
  expect(screen.getByText('li')).toBeDefined();
  expect(hint()).toBe(true);
});

it('signing out while it is too much is made up for later', async () => {
  hint(true);
  answer = () => new Response('{"user":"li"}', { status: 200 });
  await open();
  expect(screen.getByText('li')).toBeDefined();
  answer = () => new Response(tooMany, { status: 429 });
  await act(async () => leave());
  expect(screen.getByText('nobody')).toBeDefined();
  cleanup();
  const asked: string[] = [];
  vi.stubGlobal('fetch', vi.fn(async (path: string, options: RequestInit) => {
    asked.push(`${options.method} ${path}`);
    return new Response(null, { status: 204 });
  }));
  render(<QueryClientProvider client={makeClient()}><SessionProvider><Who /></SessionProvider></QueryClientProvider>);
  await act(() => vi.advanceTimersByTimeAsync(100));
  expect(asked).toEqual(['DELETE /api/session']);
});
