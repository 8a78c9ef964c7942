// What is typed is kept on this machine until it is sent: through a reload, an ended session, a dead battery.
// Kept by user, so that the next one at a shared computer does not meet it.
import { useCallback, useEffect, useState } from 'react';

const prefix = 'qianxian.draft.';
const keepDays = 30;

interface Kept<T> {
  at: number;
  value: T;
}

export const draftKey = (user: string, name: string): string => `${prefix}${user}.${name}`;

export function readDraft<T>(key: string, now = Date.now()): T | null {
  try {
    const text = localStorage.getItem(key);
    if (text === null) return null;
    const kept = JSON.parse(text) as Kept<T>;
    if (now - kept.at > keepDays * 86_400_000) {
      localStorage.removeItem(key);
      return null;
    }
    return kept.value;
  } catch {
    return null;  // storage switched off, or not ours
  }
}

export function keepDraft<T>(key: string, value: T, now = Date.now()): void {
  try {
    localStorage.setItem(key, JSON.stringify({ at: now, value } satisfies Kept<T>));
  } catch {
    // Full or switched off: the form still works, only not across a reload.
  }
}

export function dropDraft(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // As above.
  }
}

export function useDraft<T extends object>(user: string, name: string, initial: T) {
  const key = draftKey(user, name);
  const [found] = useState(() => readDraft<Partial<T>>(key));
  const [value, setValue] = useState<T>(() => ({ ...initial, ...found }));
  const [touched, setTouched] = useState(found !== null);
  useEffect(() => {
    if (touched) keepDraft(key, value);
  }, [key, value, touched]);
  const change = useCallback((part: Partial<T>) => {
    setTouched(true);
    setValue((old) => ({ ...old, ...part }));
  }, []);
  const drop = useCallback(() => {
    setTouched(false);
    dropDraft(key);
  }, [key]);
  return { value, change, drop, restored: found !== null };
}
