// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { loadAllTexts, startLanguages } from '../../i18n';
import { SessionProvider } from '../../session/session';
import AuthorizePage from './AuthorizePage';

const request = 'client_id=a&redirect_uri=https%3A%2F%2Fapp.example.cn%2Fback&scope=openid';
const asked = { client: { id: 'a', name: '血压图' }, redirectHost: 'app.example.cn', user: 'li', name: '李医生', words: ['openid', 'user/Observation.rs', 'user/Specimen.cruds'] };
let sent: { method: string; path: string; body: unknown; guard: string | null }[] = [];
let answers: Record<string, { status: number; body: unknown }> = {};

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
beforeAll(async () => {
  await startLanguages();
  await loadAllTexts();
});
beforeEach(() => {
  sent = [];
  answers = { GET: { status: 200, body: asked }, POST: { status: 200, body: { redirect: 'https://app.example.cn/back?code=1' } } };
  localStorage.clear();
  vi.stubGlobal('fetch', async (path: string, options: RequestInit) => {
    const method = options.method ?? 'GET';
    sent.push({ method, path, body: options.body ? JSON.parse(String(options.body)) : null, guard: new Headers(options.headers).get('X-Qianxian') });
    const { status, body } = answers[method];
    return new Response(JSON.stringify(body), { status });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Frame({ title, children }: { title: string; tools: ReactNode; children: ReactNode }) {
  return <main><h1>{title}</h1>{children}</main>;
}

function show(go = vi.fn()) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SessionProvider><AuthorizePage frame={Frame} tools={null} request={request} go={go} /></SessionProvider>
    </QueryClientProvider>,
  );
  return go;
}

it('says who asks for what, and goes where the server says after a yes', async () => {
  const go = show();
  await screen.findByText(/血压图/);
  screen.getByText('app.example.cn');
  screen.getByText(/李医生/);
  screen.getByLabelText(/查看检验检查值/);
  // A kind that has no name of its own is shown by its code, and that it is altered is said.
  screen.getByLabelText(/Specimen.*会改动记录/);
  fireEvent.click(screen.getByLabelText(/Specimen/));
  fireEvent.click(screen.getByText(/同\s?意/));
  await waitFor(() => expect(go).toHaveBeenCalledWith('https://app.example.cn/back?code=1'));
  expect(sent[0].path).toBe(`/api/authorize?${request}`);
  expect(sent[1]).toEqual({ method: 'POST', path: '/api/authorize', guard: '1', body: { request, agree: true, words: ['openid', 'user/Observation.rs'] } });
});

it('a no is a no, whatever is ticked', async () => {
  answers.POST.body = { redirect: 'https://app.example.cn/back?error=access_denied' };
  const go = show();
  fireEvent.click(await screen.findByText(/^拒\s?绝$/));
  await waitFor(() => expect(go).toHaveBeenCalledWith('https://app.example.cn/back?error=access_denied'));
  expect(sent[1].body).toEqual({ request, agree: false, words: [] });
});

it('nothing ticked is nothing to agree to', async () => {
  const go = show();
  await screen.findByText(/血压图/);
  for (const box of document.querySelectorAll('input[type=checkbox]')) fireEvent.click(box);
  const button = screen.getByText(/同\s?意/).closest('button') as HTMLButtonElement;
  expect(button.disabled).toBe(true);
  fireEvent.submit(button.closest('form') as HTMLFormElement);
  expect(sent).toHaveLength(1);
  expect(go).not.toHaveBeenCalled();
});

it('a program that is not known is told of and nothing is sent to it', async () => {
  answers.GET = { status: 404, body: { error: { category: 'not_found', code: 'no-such-client', zh: '没有登记此 client_id 的应用', en: 'no program is registered under this client_id' } } };
  const go = show();
  await screen.findByText('没有登记此 client_id 的应用');
  expect(screen.queryByText(/同\s?意/)).toBeNull();
  expect(go).not.toHaveBeenCalled();
});
