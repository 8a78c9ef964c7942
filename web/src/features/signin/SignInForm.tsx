// Name and password, with an error that says what to do.
import { Button, Input } from 'antd';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { useWords } from '../../i18n';
import { useSession } from '../../session/session';
import { PasswordInput } from '../../ui/PasswordInput';
import { useErrorText } from '../../ui/states';

export function SignInForm({ user: fixedUser }: { user?: string }) {
  const { t } = useWords();
  const words = useErrorText();
  const { signIn, halfEnded } = useSession();
  const id = useId();
  const [user, setUser] = useState(fixedUser ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(halfEnded);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(user.trim(), password);
    } catch (problem) {
      if (alive.current) setError(problem);
    } finally {
      if (alive.current) setBusy(false);
    }
  };

  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <div className="field">
        <label htmlFor={`${id}-user`}>{t('signin.user')}</label>
        <Input id={`${id}-user`} name="username" size="large" autoComplete="username" autoCapitalize="none" spellCheck={false}
          value={user} onChange={(event) => setUser(event.target.value)} readOnly={fixedUser !== undefined} autoFocus={fixedUser === undefined} required />
      </div>
      <div className="field">
        <label htmlFor={`${id}-password`}>{t('signin.password')}</label>
        <PasswordInput id={`${id}-password`} name="password" autoComplete="current-password"
          value={password} onChange={(event) => setPassword(event.target.value)} autoFocus={fixedUser !== undefined} required />
      </div>
      {error !== null && <p className="form-error" role="alert">{words(error)}</p>}
      <Button type="primary" size="large" htmlType="submit" block loading={busy}>
        {t('signin.signIn')}
      </Button>
    </form>
  );
}
