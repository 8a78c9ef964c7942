// The frame of the pages before, and beside, the work: sign-in, a new password, the second factor, a program that asks.
import { useEffect, type ReactNode } from 'react';
import { useWords } from '../../i18n';
import { DemoBanner } from '../../ui/DemoBanner';

export function EntryFrame({ title, tools, children }: { title: string; tools: ReactNode; children: ReactNode }) {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <div className="entry">
      <DemoBanner before />
      <header className="entry-head">{tools}</header>
      <main className="entry-main">
        <div className="entry-brand">
          <img src="/mark.svg" alt="" width="44" height="44" />
          <div>
            <p className="entry-name">{t('app.name')}</p>
            <p className="faint">{t('app.purpose')}</p>
          </div>
        </div>
        <div className="entry-card">
          <h1>{title}</h1>
          {children}
        </div>
      </main>
    </div>
  );
}
