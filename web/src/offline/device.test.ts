import { afterEach, expect, it, vi } from 'vitest';
import { reportReachable } from '../api/client';
import { askAndKeep, sendItem } from './device';
import { recall } from './keep';
import { Outbox } from './outbox';
import { memoryShelf } from './shelf';

afterEach(() => {
  vi.unstubAllGlobals();
  reportReachable(true);
});

const says = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  vi.stubGlobal('fetch', vi.fn(async () => new Response(JSON.stringify(body), { status, headers })));
const busy = { error: { category: 'busy', code: 'too-many-requests', zh: '', en: '' } };
const ask = () => askAndKeep('li', 'patient.p1', '/api/patients/p1').catch(() => null);

it('keeps what the server answered, also when the line is lost or the server is ill', async () => {
  says(200, { name: '张三' });
  expect(await ask()).toEqual({ name: '张三' });
  vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))));
  expect(await ask()).toBeNull();
  says(503, { error: { category: 'busy', code: 'busy', zh: '', en: '' } });
  expect(await ask()).toBeNull();
  says(429, busy, { 'Retry-After': '1' });
  expect(await ask()).toBeNull();
  expect((await recall<{ name: string }>('li', 'patient.p1'))?.value.name).toBe('张三');
});

it('what was too much for the server stays in the outbox, and is sent when it may be', async () => {
  let clock = 1_000;
  const outbox = new Outbox(memoryShelf(), sendItem, () => clock);
  says(429, busy, { 'Retry-After': '7' });
  await outbox.add({ id: 'a', user: 'li', kind: 'visit', path: '/api/visits', body: { clientKey: 'a' }, patient: 'p1', patientName: '张三' });
  await outbox.flush();
  expect(outbox.list()[0]).toMatchObject({ state: 'waiting', tries: 1, nextAt: 8_000, error: null });
  says(201, { visit: 'v1' });
  clock = 7_999;
  await outbox.flush();
  expect(outbox.list()[0].state).toBe('waiting');
  clock = 8_000;
  await outbox.flush();
  expect(outbox.list()[0]).toMatchObject({ state: 'sent', answer: { visit: 'v1' } });
});

it('throws the copy away when the right to see it has ended', async () => {
  for (const status of [403, 404]) {
    says(200, { name: '张三' });
    await ask();
    says(status, { error: { category: 'not-found', code: 'no-such-resource', zh: '', en: '' } });
    expect(await ask()).toBeNull();
    expect(await recall('li', 'patient.p1')).toBeNull();
  }
});
