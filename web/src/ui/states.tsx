// The three states that are not "here is your data": made on purpose, with the next step in them.
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useText, useWords } from '../i18n';
import { Button } from './Button';
import { Icon, type IconName } from './icons';

export function Loading({ lines = 4, tall = false }: { lines?: number; tall?: boolean }) {
  const { t } = useWords();
  return (
    <div className={tall ? 'loading loading-tall' : 'loading'} role="status">
      <span className="only-read">{t('state.loading')}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="loading-line" aria-hidden="true" />
      ))}
    </div>
  );
}

export function useErrorText(): (error: unknown) => string {
  const { t } = useWords();
  const text = useText();
  return (error) => (error instanceof ApiError ? text(error) : t('state.fault'));
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords();
  const words = useErrorText();
  const why = error instanceof ApiError ? error.category : '';
  const title = why === 'forbidden' ? 'state.forbidden' : why === 'not_found' ? 'state.notThere' : 'state.failed';
  return (
    <div className="state" role="alert">
      <Icon name="gaps" size={28} />
      <p className="state-title">{t(title)}</p>
      <p>{words(error)}</p>
      {error instanceof ApiError && <p className="faint">{t('state.code', { code: error.code })}</p>}
      {why === 'not_found' && <p className="state-hint">{t('state.notThereHint')}</p>}
      {retry && title === 'state.failed' && <Button onClick={retry}>{t('state.retry')}</Button>}
    </div>
  );
}

export function Empty({ title, children, icon = 'file', page }: { title: string; children?: ReactNode; icon?: IconName; page?: boolean }) {
  return (
    <div className="state">
      <Icon name={icon} size={28} />
      {page ? <h1 className="state-title">{title}</h1> : <p className="state-title">{title}</p>}
      {children}
    </div>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  isPlaceholderData?: boolean;
  refetch: () => unknown;
}

// Data if there is some (even while newer is asked for), else why not.
export function Answer<T>({ of, children, lines, tall }: { of: Asked<T>; children: (data: T) => ReactNode; lines?: number; tall?: boolean }) {
  if (of.data !== undefined && !(of.error && of.isPlaceholderData)) {
    return <div className={of.isPlaceholderData ? 'answer answer-old' : 'answer'} aria-busy={of.isPlaceholderData || undefined}>{children(of.data)}</div>;
  }
  if (of.error) return <Failed error={of.error} retry={() => void of.refetch()} />;
  return <Loading lines={lines} tall={tall} />;
}
