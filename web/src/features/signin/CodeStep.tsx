// The second step of a sign-in: a code from the telephone, or one from paper when the telephone is not at hand.
import { Button, Input } from 'antd';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { useWords } from '../../i18n';
import { useSession } from '../../session/session';
import { useErrorText } from '../../ui/states';

export function CodeStep() {
  const { t } = useWords();
  const words = useErrorText();
  const { half, presentCode, leaveHalf } = useSession();
  const id = useId();
  const [onPaper, setOnPaper] = useState(false);
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const form = useRef<HTMLFormElement>(null);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  // Also where the field comes into a dialog that is open already.
  useEffect(() => form.current?.querySelector('input')?.focus(), [onPaper]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await presentCode(code.trim());
    } catch (problem) {
      if (!alive.current) return;
      setError(problem);
      form.current?.querySelector('input')?.select();
    } finally {
      if (alive.current) setBusy(false);
    }
  };
  const other = () => {
    setOnPaper(!onPaper);
    setCode('');
    setError(null);
  };
  return (
    <form ref={form} className="form" onSubmit={(event) => void submit(event)}>
      <p>{t(onPaper ? 'signin.paperLead' : 'signin.codeLead', { user: half?.user })}</p>
      <div className="field">
        <label htmlFor={`${id}-code`}>{t(onPaper ? 'signin.paperCode' : 'signin.code')}</label>
        <Input key={onPaper ? 'paper' : 'code'} id={`${id}-code`} name="code" size="large" className="code-input" value={code} onChange={(event) => setCode(event.target.value)}
          inputMode={onPaper ? 'text' : 'numeric'} autoComplete={onPaper ? 'off' : 'one-time-code'} autoCapitalize="none" spellCheck={false} maxLength={40} required
          aria-invalid={error !== null || undefined} aria-describedby={error !== null ? `${id}-error` : undefined} />
      </div>
      {error !== null && <p id={`${id}-error`} className="form-error" role="alert">{words(error)}</p>}
      <Button type="primary" size="large" htmlType="submit" block loading={busy}>{t('signin.signIn')}</Button>
      <div className="code-other">
        <button type="button" className="link-button" onClick={other}>{t(onPaper ? 'signin.useTelephone' : 'signin.usePaper')}</button>
        <button type="button" className="link-button" onClick={() => void leaveHalf()}>{t('signin.startAgain')}</button>
      </div>
      {onPaper && <p className="faint">{t('signin.lostBoth')}</p>}
    </form>
  );
}
