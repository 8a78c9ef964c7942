// Answers of the server, kept on this device for the hours without a network, each under the name of who asked, and drafts
// ("draft.…"). What is older than its days is thrown away unseen; at sign-out everything of that user goes.
import { openShelf, type Shelf } from './shelf';

export const keepDays = 7;
export const draftDays = 30;
const day = 86_400_000;

export interface Kept<T> {
  at: number;
  value: T;
}

const keyOf = (user: string, name: string): string => `${user}|${name}`;
const ownerOf = (key: string): string => key.slice(0, key.indexOf('|'));
export const isDraft = (key: string): boolean => key.startsWith(`${ownerOf(key)}|draft.`);
const isOld = (key: string, at: number, now: number): boolean => now - at > (isDraft(key) ? draftDays : keepDays) * day;

export async function keep<T>(user: string, name: string, value: T, now = Date.now(), shelf?: Shelf): Promise<void> {
  try {
    await (shelf ?? (await openShelf())).put('kept', keyOf(user, name), { at: now, value } satisfies Kept<T>);
  } catch {
    // A full device: the page still has the answer, it only will not have it without a network.
  }
}

export async function recall<T>(user: string, name: string, now = Date.now(), shelf?: Shelf): Promise<Kept<T> | null> {
  const kept = await (shelf ?? (await openShelf())).get<Kept<T>>('kept', keyOf(user, name));
  return kept && !isOld(keyOf(user, name), kept.at, now) ? kept : null;
}

export async function forget(user: string, name: string, shelf?: Shelf): Promise<void> {
  await (shelf ?? (await openShelf())).remove('kept', keyOf(user, name));
}

export async function recallAll<T>(user: string, prefix: string, now = Date.now(), shelf?: Shelf): Promise<[string, Kept<T>][]> {
  const start = keyOf(user, prefix);
  const all = await (shelf ?? (await openShelf())).all<Kept<T>>('kept');
  return all.filter(([key, kept]) => key.startsWith(start) && !isOld(key, kept.at, now)).map(([key, kept]) => [key.slice(user.length + 1), kept]);
}

// Old answers of everybody, and every answer of other users: the next one at a shared telephone does not meet them. Drafts and
// the outbox stay with their owner, because nothing typed is lost.
export async function tidyKept(user: string, now = Date.now(), shelf?: Shelf): Promise<void> {
  const place = shelf ?? (await openShelf());
  for (const [key, kept] of await place.all<Kept<unknown>>('kept')) {
    const owner = ownerOf(key);
    const foreign = owner !== user && owner !== '' && !isDraft(key);
    if (foreign || isOld(key, kept.at, now)) await place.remove('kept', key);
  }
}

// Signing out: lists, people, drafts and what was not sent, all of it. `onlyAnswers`: the session has ended by itself and another
// person comes to the device: what was typed and not sent waits for its owner.
export async function wipe(user: string, shelf?: Shelf, onlyAnswers = false): Promise<void> {
  const place = shelf ?? (await openShelf());
  for (const [key] of await place.all('kept')) {
    if (key.startsWith('|') || (key.startsWith(`${user}|`) && !(onlyAnswers && isDraft(key)))) await place.remove('kept', key);
  }
  if (onlyAnswers) return;
  for (const [key, item] of await place.all<{ user: string }>('outbox')) if (item.user === user) await place.remove('outbox', key);
}
