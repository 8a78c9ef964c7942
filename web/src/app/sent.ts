// What was done here and has reached the server changes what the server answers: the lists and records on the page are asked
// for again, once nothing waits any more.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useOutbox } from '../offline/device';
import type { Item } from '../offline/outbox';

// The sent ones, when nothing is on its way; null while something is.
export function settledSent(items: Pick<Item, 'id' | 'state'>[]): string[] | null {
  return items.some((item) => item.state === 'waiting') ? null : items.filter((item) => item.state === 'sent').map((item) => item.id);
}

export function useAskAgainAfterSending(): void {
  const client = useQueryClient();
  const items = useOutbox();
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    const sent = settledSent(items);
    if (!sent) {
      known.current ??= new Set(items.filter((item) => item.state === 'sent').map((item) => item.id));
      return;
    }
    const isNew = known.current !== null && sent.some((id) => !known.current?.has(id));
    known.current = new Set(sent);
    if (isNew) for (const queryKey of [['care'], ['work']]) void client.invalidateQueries({ queryKey });
  }, [items, client]);
}
