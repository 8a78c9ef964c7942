import { expect, it } from 'vitest';
import { keep, recall, recallAll, tidyKept, wipe } from './keep';
import { memoryShelf } from './shelf';

const day = 86_400_000;

it('gives an answer back for a week, to its user only', async () => {
  const shelf = memoryShelf();
  await keep('li', 'today', { people: 3 }, 0, shelf);
  expect((await recall<{ people: number }>('li', 'today', 6 * day, shelf))?.value.people).toBe(3);
  expect(await recall('li', 'today', 8 * day, shelf)).toBeNull();
  expect(await recall('wang', 'today', 0, shelf)).toBeNull();
  expect(await recallAll('li', 'to', 0, shelf)).toHaveLength(1);
  await keep('li', 'draft.visit.p1', { typed: 1 }, 0, shelf);
  expect(await recall('li', 'draft.visit.p1', 29 * day, shelf)).not.toBeNull();
  expect(await recall('li', 'draft.visit.p1', 31 * day, shelf)).toBeNull();
});

it('another user at the device: answers go, drafts stay with their owner', async () => {
  const shelf = memoryShelf();
  await keep('li', 'today', 1, 0, shelf);
  await keep('li', 'draft.visit.p1', { a: 1 }, 0, shelf);
  await keep('wang', 'today', 2, 0, shelf);
  await tidyKept('wang', day, shelf);
  expect((await shelf.all('kept')).map(([key]) => key).sort()).toEqual(['li|draft.visit.p1', 'wang|today']);
  await tidyKept('wang', 31 * day, shelf);
  expect(await shelf.all('kept')).toEqual([]);
});

it('signing out wipes what is the user’s', async () => {
  const shelf = memoryShelf();
  await keep('li', 'today', 1, 0, shelf);
  await keep('li', 'draft.x', 1, 0, shelf);
  await shelf.put('outbox', 'a', { user: 'li' });
  await shelf.put('outbox', 'b', { user: 'wang' });
  await wipe('li', shelf, true);
  expect((await shelf.all('kept')).map(([key]) => key)).toEqual(['li|draft.x']);
  expect(await shelf.all('outbox')).toHaveLength(2);
  await wipe('li', shelf);
  expect(await shelf.all('kept')).toEqual([]);
  expect((await shelf.all('outbox')).map(([key]) => key)).toEqual(['b']);
});
