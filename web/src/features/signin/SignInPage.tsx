import type { ReactNode } from 'react';
import { useWords } from '../../i18n';
import { useSession } from '../../session/session';
import { CodeStep } from './CodeStep';
import { EntryFrame } from './EntryFrame';
import { SignInForm } from './SignInForm';

export default function SignInPage({ tools }: { tools: ReactNode }) {
  const { t } = useWords();
  const { half } = useSession();
  if (half) return <EntryFrame title={t('signin.codeTitle')} tools={tools}><CodeStep /></EntryFrame>;
  return (
    <EntryFrame title={t('signin.title')} tools={tools}>
      <SignInForm />
      <p className="faint entry-help">{t('signin.help')}</p>
    </EntryFrame>
  );
}
