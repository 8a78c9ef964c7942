// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useEvents } from './events';

class Line extends EventTarget {
  static all: Line[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Line.all.push(this);
  }
  close() {
    this.closed = true;
  }
  say(kind: string, lastEventId = '') {
    this.dispatchEvent(new MessageEvent(kind, { data: '{}', lastEventId }));
  }
}

beforeEach(() => {
  Line.all = [];
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Line);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function listening() {
  const client = new QueryClient();
  const asked: string[] = [];
  vi.spyOn(client, 'invalidateQueries').mockImplementation((filters) => {
    asked.push(String(filters?.queryKey?.join('.')));
    return Promise.resolve();
  });
  const hook = renderHook(() => useEvents(true), { wrapper: ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider> });
  vi.advanceTimersByTime(2_000);
  return { asked, hook };
}

it('a notice makes the inbox and the count of what waits worth asking for again; a newer t alone does not', () => {
  const { asked } = listening();
  const [line] = Line.all;
  expect(line.url).toBe('/api/events');
  line.say('t', 'b-1');
  expect(asked).toEqual([]);
  line.say('notice', 'b-2');
  expect(asked).toContain('work');
  expect(asked).toContain('care.notices');
});

it('a line that comes back says what it had last', () => {
  const { hook } = listening();
  Line.all[0].onopen?.();
  Line.all[0].say('t', 'b-1');
  Line.all[0].say('notice', 'b-2');
  Line.all[0].say('missed');
  Line.all[0].onerror?.();
  expect(Line.all[0].closed).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(Line.all.map((line) => line.url)).toEqual(['/api/events', '/api/events?lastEventId=b-2']);
  hook.unmount();
  expect(Line.all[1].closed).toBe(true);
});
