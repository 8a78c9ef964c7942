// The second step of a sign-in: a passkey, a code from the telephone, or one from paper when neither is at hand.
import { Button, Input } from 'antd';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { useWords } from '../../i18n';
import { useSession } from '../../session/session';
import { usePasskeyErrorText } from '../../ui/passkeys';

export function CodeStep() {
  const { t } = useWords();
  const words = usePasskeyErrorText();
  const { half, presentCode, presentPasskey, leaveHalf } = useSession();
  const id = useId();
  const hasPasskey = half?.factors?.includes('passkey') ?? false;
  const hasCode = half?.factors?.includes('code') ?? true;
  const [onPaper, setOnPaper] = useState(!hasCode);
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState<'code' | 'passkey' | null>(null);
  const [error, setError] = useState<unknown>(null);
  const form = useRef<HTMLFormElement>(null);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  // Also where the field comes into a dialog that is open already. Who has passkeys only begins at their button.
  useEffect(() => form.current?.querySelector<HTMLElement>(hasCode ? 'input' : '.passkey-button')?.focus(), [onPaper, hasCode]);

  const present = async (by: 'code' | 'passkey', work: () => Promise<void>) => {
    setBusy(by);
    setError(null);
    try {
      await work();
    } catch (problem) {
      if (!alive.current) return;
      setError(problem);
      if (by === 'code') form.current?.querySelector('input')?.select();
    } finally {
      if (alive.current) setBusy(null);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void present('code', () => presentCode(code.trim()));
  };
  const other = () => {
    setOnPaper(!onPaper);
    setCode('');
    setError(null);
  };
  const lead = !hasCode ? 'passkey.only' : onPaper ? 'signin.paperLead' : 'signin.codeLead';
  const passkey = hasPasskey && (
    <Button className="passkey-button" type={hasCode ? 'default' : 'primary'} size="large" block loading={busy === 'passkey'} disabled={busy === 'code'} onClick={() => void present('passkey', presentPasskey)}>
      {t('passkey.use')}
    </Button>
  );
  return (
    <form ref={form} className="form" onSubmit={submit}>
      <p>{t(lead, { user: half?.user })}</p>
      {!hasCode && passkey}
      <div className="field">
        <label htmlFor={`${id}-code`}>{t(onPaper ? 'signin.paperCode' : 'signin.code')}</label>
        <Input key={onPaper ? 'paper' : 'code'} id={`${id}-code`} name="code" size="large" className="code-input" value={code} onChange={(event) => setCode(event.target.value)}
          inputMode={onPaper ? 'text' : 'numeric'} autoComplete={onPaper ? 'off' : 'one-time-code'} autoCapitalize="none" spellCheck={false} maxLength={40} required
          aria-invalid={error !== null || undefined} aria-describedby={error !== null ? `${id}-error` : undefined} />
      </div>
      {error !== null && <p id={`${id}-error`} className="form-error" role="alert">{words(error)}</p>}
      <Button type={hasCode ? 'primary' : 'default'} size="large" htmlType="submit" block loading={busy === 'code'} disabled={busy === 'passkey'}>{t('signin.signIn')}</Button>
      {hasCode && passkey}
      <div className="code-other">
        {hasCode && <button type="button" className="link-button" onClick={other}>{t(onPaper ? 'signin.useTelephone' : 'signin.usePaper')}</button>}
        <button type="button" className="link-button" onClick={() => void leaveHalf()}>{t('signin.startAgain')}</button>
      </div>
      {onPaper && <p className="faint">{t(hasCode ? 'signin.lostBoth' : 'passkey.lostBoth')}</p>}
    </form>
  );
}
