import { afterEach, expect, it, vi } from 'vitest';
import { reportReachable } from '../api/client';
import { askAndKeep } from './device';
import { recall } from './keep';

afterEach(() => {
  vi.unstubAllGlobals();
  reportReachable(true);
});

const says = (status: number, body: unknown) => vi.stubGlobal('fetch', vi.fn(async () => new Response(JSON.stringify(body), { status })));
const ask = () => askAndKeep('li', 'patient.p1', '/api/patients/p1').catch(() => null);

it('keeps what the server answered, also when the line is lost or the server is ill', async () => {
  says(200, { name: '张三' });
  expect(await ask()).toEqual({ name: '张三' });
  vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))));
  expect(await ask()).toBeNull();
  says(503, { error: { category: 'busy', code: 'busy', zh: '', en: '' } });
  expect(await ask()).toBeNull();
  expect((await recall<{ name: string }>('li', 'patient.p1'))?.value.name).toBe('张三');
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
