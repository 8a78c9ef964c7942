import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { useWords } from '../../i18n';
import { SignInForm } from './SignInForm';

export function EntryFrame({ title, tools, children }: { title: string; tools: ReactNode; children: ReactNode }) {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <div className="entry">
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

export function SignInPage({ tools }: { tools: ReactNode }) {
  const { t } = useWords();
  return (
    <EntryFrame title={t('signin.title')} tools={tools}>
      <SignInForm />
      <p className="faint entry-help">{t('signin.help')}</p>
    </EntryFrame>
  );
}
