// What is being typed, written to this device at every keystroke: it survives a closed page and an empty battery.
import { useCallback, useEffect, useRef, useState } from 'react';
import { forget, keep, recall } from './keep';

export interface DeviceDraft<T> {
  value: T;
  ready: boolean;
  restored: boolean;
  change: (part: Partial<T> | ((old: T) => Partial<T>)) => void;
  drop: () => Promise<void>;
}

export function useDeviceDraft<T extends object>(user: string, name: string, initial: () => T): DeviceDraft<T> {
  const key = `draft.${name}`;
  const [start] = useState(initial);
  const [state, setState] = useState({ value: start, ready: false, restored: false });
  const latest = useRef(state.value);
  const touched = useRef(false);
  const dropped = useRef(false);

  useEffect(() => {
    let on = true;
    recall<Partial<T>>(user, key).catch(() => null).then((kept) => {
      if (!on || touched.current) return;
      if (kept) latest.current = { ...start, ...kept.value };
      setState({ value: latest.current, ready: true, restored: kept !== null });
    });
    return () => { on = false; };
  }, [user, key, start]);

  const change = useCallback((part: Partial<T> | ((old: T) => Partial<T>)) => {
    touched.current = true;
    const next = { ...latest.current, ...(typeof part === 'function' ? part(latest.current) : part) };
    latest.current = next;
    setState((old) => ({ ...old, value: next, ready: true }));
    if (!dropped.current) void keep(user, key, next);
  }, [user, key]);

  const drop = useCallback(async () => {
    dropped.current = true;
    await forget(user, key);
  }, [user, key]);

  return { ...state, change, drop };
}
