// A new password: asked for at the first sign-in, or chosen from the menu.
import { Button } from 'antd';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { useWords } from '../../i18n';
import { useSession } from '../../session/session';
import { PasswordInput } from '../../ui/PasswordInput';
import { useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { EntryFrame } from './EntryFrame';

export default function PasswordPage({ first, leave, tools }: { first: boolean; leave?: () => void; tools: ReactNode }) {
  const { t } = useWords();
  const words = useErrorText();
  const { session, changePassword, signOut } = useSession();
  const id = useId();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (next !== again) {
      setError(t('signin.notSame'));
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await changePassword(current, next);
      showToast({ text: t('signin.changed') });
      leave?.();
    } catch (problem) {
      setError(words(problem));
      setBusy(false);
    }
  };

  const field = (name: string, label: string, value: string, set: (value: string) => void, complete: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <PasswordInput id={`${id}-${name}`} name={name} autoComplete={complete} value={value}
        onChange={(event) => set(event.target.value)} autoFocus={name === 'current'} required />
    </div>
  );

  return (
    <EntryFrame title={first ? t('signin.firstTitle') : t('signin.changePassword')} tools={tools}>
      <p className="entry-lead">{first ? t('signin.firstLead', { user: session?.user }) : t('signin.rules')}</p>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <input type="hidden" name="username" autoComplete="username" value={session?.user ?? ''} readOnly />
        {field('current', first ? t('signin.oneTime') : t('signin.current'), current, setCurrent, 'current-password')}
        {field('new', t('signin.next'), next, setNext, 'new-password')}
        {field('again', t('signin.again'), again, setAgain, 'new-password')}
        {first && <p className="faint">{t('signin.rules')}</p>}
        {error !== null && <p className="form-error" role="alert">{error}</p>}
        <Button type="primary" size="large" htmlType="submit" block loading={busy}>
          {t('signin.save')}
        </Button>
        <Button size="large" block onClick={() => (leave ? leave() : void signOut())}>
          {leave ? t('common.cancel') : t('signin.signOut')}
        </Button>
      </form>
    </EntryFrame>
  );
}
