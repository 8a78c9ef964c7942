// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { startLanguages } from '../i18n';
import zh from '../i18n/zh.json';
import { DemoBanner } from './DemoBanner';

beforeAll(startLanguages);
beforeEach(() => localStorage.removeItem('qianxian.demo'));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const shown = () => screen.queryByText(zh.app.demo) !== null;

function show(health: string | null, { county, before = true }: { county?: { demo: boolean }; before?: boolean } = {}) {
  const fetch = vi.fn(() => (health === null ? Promise.reject(new TypeError('no network')) : Promise.resolve(new Response(health))));
  vi.stubGlobal('fetch', fetch);
  const client = new QueryClient();
  if (county) client.setQueryData(['county'], county);
  render(<QueryClientProvider client={client}><DemoBanner before={before} /></QueryClientProvider>);
  return fetch;
}

it('says so before anybody has signed in', async () => {
  show('{"status":"ok","demo":true}');
  await waitFor(() => expect(shown()).toBe(true));
  expect(localStorage.getItem('qianxian.demo')).toBe('1');
});

it('says nothing where the people are real', async () => {
  localStorage.setItem('qianxian.demo', '1');
  const fetch = show('{"status":"ok","demo":false}');
  await waitFor(() => expect(shown()).toBe(false));
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(localStorage.getItem('qianxian.demo')).toBeNull();
});

it('what was said last stands where the server cannot be asked, or does not say', async () => {
  for (const health of [null, '{"status":"ok"}']) {
    localStorage.setItem('qianxian.demo', '1');
    const fetch = show(health);
    await waitFor(() => expect(fetch).toHaveBeenCalled());
    expect(shown()).toBe(true);
    cleanup();
  }
});

it('the county knows best, and nobody else is asked then', () => {
  const fetch = show(null, { county: { demo: true }, before: false });
  expect(shown()).toBe(true);
  expect(fetch).not.toHaveBeenCalled();
});
