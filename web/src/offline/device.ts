// The outbox and the kept answers of whoever is signed in here, joined to the page: one outbox a page, sent when there is a
// network, when the page comes to the front, and when the next pause is over.
import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { ApiError, call, isServerReachable, onConnectionChange } from '../api/client';
import { forget, isDraft, keep, recall, tidyKept, wipe } from './keep';
import { Outbox, type Item, type NewItem, type Outcome } from './outbox';
import { openShelf } from './shelf';

const sendSeconds = 30;

export async function sendItem(path: string, body: unknown): Promise<Outcome> {
  try {
    return { kind: 'sent', answer: await call<unknown>(path, { method: 'POST', body, timeoutSeconds: sendSeconds }) };
  } catch (problem) {
    if (!(problem instanceof ApiError)) return { kind: 'later', afterSeconds: null };
    const error = { category: problem.category, code: problem.code, zh: problem.zh, en: problem.en };
    if (problem.status === 401) return { kind: 'signed-out' };
    if (problem.status === 409) return { kind: 'conflict', error, theirs: (problem.answer as { theirs?: unknown } | null)?.theirs ?? null };
    // 404 on a route: the server is an older one; the item waits for the newer.
    if (problem.isNetwork || problem.isBusy || problem.status >= 500) return { kind: 'later', afterSeconds: problem.retryAfterSeconds };
    return { kind: 'refused', error };
  }
}

let outbox: Outbox | null = null;
let owner = '';
const listeners = new Set<() => void>();
const none: Item[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let stopListening: (() => void) | null = null;

const tell = (): void => listeners.forEach((listener) => listener());

// One window of this browser sends at a time; the server's clientKey would hold without it.
async function alone(work: () => Promise<void>): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request('qianxian-outbox', work);
  else await work();
}

export async function sendNow(hurry = false): Promise<void> {
  const mine = outbox;
  const user = owner;
  if (!mine) return;
  clearTimeout(timer);
  await alone(async () => {
    if (outbox !== mine) return;
    await mine.load(user);
    await mine.flush(hurry);
  });
  plan();
}

function plan(): void {
  clearTimeout(timer);
  const next = outbox?.nextAt();
  if (next !== null && next !== undefined && isServerReachable()) timer = setTimeout(() => void sendNow(), Math.max(500, next - Date.now()));
}

export async function startDevice(user: string): Promise<void> {
  if (owner === user && outbox) return;
  await stopDevice();
  owner = user;
  const shelf = await openShelf();
  if (owner !== user) return;
  outbox = new Outbox(shelf, sendItem);
  const stopOutbox = outbox.subscribe(tell);
  const hurry = () => isServerReachable() && void sendNow(true);
  const seen = () => document.visibilityState === 'visible' && void sendNow();
  const stopConnection = onConnectionChange(hurry);
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', seen);
  stopListening = () => {
    stopOutbox();
    stopConnection();
    window.removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', seen);
  };
  await tidyKept(user);
  await sendNow();
}

export async function stopDevice(): Promise<void> {
  clearTimeout(timer);
  stopListening?.();
  stopListening = null;
  outbox = null;
  owner = '';
  tell();
}

export async function wipeDevice(user: string, onlyAnswers: boolean): Promise<void> {
  await stopDevice();
  await wipe(user, await openShelf(), onlyAnswers);
}

// What signing out would lose: items that the server has not taken, and forms that are half filled in.
export async function unsentOf(user: string): Promise<number> {
  const shelf = await openShelf();
  const [items, kept] = [await shelf.all<Item>('outbox'), await shelf.all<unknown>('kept')];
  return items.filter(([, item]) => item.user === user && item.state !== 'sent' && item.state !== 'set-aside').length +
    kept.filter(([key]) => isDraft(key) && key.startsWith(`${user}|`)).length;
}

// On the disk before it says so; then on its way.
export async function addToOutbox(item: NewItem): Promise<void> {
  if (!outbox) throw new Error('no outbox');
  await outbox.add(item);
  void sendNow();
}

export const changeItem = async (id: string, part: Partial<Item>): Promise<void> => {
  await outbox?.change(id, part);
  void sendNow();
};
export const removeItem = async (id: string): Promise<void> => outbox?.remove(id);

export function useOutbox(): Item[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => outbox?.list() ?? none,
  );
}

export const deviceKeeps = (): boolean => outbox?.isDurable ?? true;

export interface KeptAnswer<T> {
  data: T | undefined;
  // Since when it is here, if it is not the server's of now.
  keptAt: number | null;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

const askSeconds = 20;

// The server says that there is no such thing, or that this user may not see it any more.
const isRefused = (problem: unknown): boolean => problem instanceof ApiError && (problem.status === 403 || problem.status === 404);

// The server's answer; until it comes (or if it does not) the one kept here. A right that has ended takes the copy with it.
// `noted`: what the asker wants to find beside it.
export async function askAndKeep<T>(user: string, name: string, path: string, noted?: Partial<T>): Promise<T> {
  let value: T;
  try {
    value = await call<T>(path, { timeoutSeconds: askSeconds });
    if (noted) value = { ...value, ...noted };
  } catch (problem) {
    if (isRefused(problem)) await forget(user, name).catch(() => undefined);
    throw problem;
  }
  await keep(user, name, value);
  return value;
}

export function useKept<T>(user: string, name: string, path: string, options: { enabled?: boolean; staleTime?: number; refetchInterval?: number; keptAs?: string } = {}): KeptAnswer<T> {
  const keptAs = options.keptAs ?? name;
  const enabled = options.enabled ?? true;
  const server = useQuery({
    queryKey: ['care', name], queryFn: () => askAndKeep<T>(user, keptAs, path), enabled, staleTime: options.staleTime ?? 30_000,
    refetchInterval: options.refetchInterval,
  });
  const here = useQuery({ queryKey: ['kept', user, keptAs], queryFn: () => recall<T>(user, keptAs), enabled: enabled && server.data === undefined, staleTime: 0, gcTime: 0, retry: false });
  if (isRefused(server.error)) return { data: undefined, keptAt: null, error: server.error, isPending: false, refetch: server.refetch };
  const kept = server.data === undefined ? here.data ?? null : null;
  return {
    data: server.data ?? kept?.value,
    keptAt: kept ? kept.at : server.error ? server.dataUpdatedAt : null,
    error: server.data === undefined && !kept && !here.isPending ? server.error : null,
    isPending: server.data === undefined && !kept && (server.isPending || here.isPending),
    refetch: server.refetch,
  };
}
