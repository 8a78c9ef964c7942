// Short messages in the corner, read out politely, with room for one way back ("undo").
import { useSyncExternalStore } from 'react';
import { useWords } from '../i18n';
import { Icon } from './icons';

interface Toast {
  id: number;
  text: string;
  kind: 'good' | 'bad';
  undo?: { label: string; run: () => void };
}

let toasts: Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function change(now: Toast[]): void {
  toasts = now;
  listeners.forEach((listener) => listener());
}

function close(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  change(toasts.filter((toast) => toast.id !== id));
}

export function showToast(toast: Omit<Toast, 'id' | 'kind'> & { kind?: Toast['kind'] }): void {
  const id = next++;
  change([...toasts.slice(-2), { kind: 'good', ...toast, id }]);
  hold(id, false);
}

// Nobody has to hurry while pointing at it or standing on it.
function hold(id: number, held: boolean): void {
  clearTimeout(timers.get(id));
  const toast = toasts.find((each) => each.id === id);
  if (!held && toast) timers.set(id, setTimeout(() => close(id), toast.undo || toast.kind === 'bad' ? 12_000 : 5_000));
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Toasts() {
  const { t } = useWords();
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div
          key={toast.id}
          className={`toast toast-${toast.kind}`}
          onMouseEnter={() => hold(toast.id, true)}
          onMouseLeave={() => hold(toast.id, false)}
          onFocus={() => hold(toast.id, true)}
          onBlur={() => hold(toast.id, false)}
        >
          <Icon name={toast.kind === 'good' ? 'check' : 'gaps'} />
          <span>{toast.text}</span>
          {toast.undo && (
            <button
              type="button"
              className="link-button"
              onClick={() => {
                close(toast.id);
                toast.undo?.run();
              }}
            >
              {toast.undo.label}
            </button>
          )}
          <button type="button" className="tool" aria-label={t('common.close')} onClick={() => close(toast.id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
