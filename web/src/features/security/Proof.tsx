// The password, a code or a passkey, or both: what proves who asks. What is wrong is said at its field or under the form; what was typed stays.
import { Button } from 'antd';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import { useWords } from '../../i18n';
import { showPasskey, type PasskeyAnswer, type PasskeyRequest } from '../../lib/passkey';
import { usePasskeyErrorText } from '../../ui/passkeys';
import { faultsOf, type CodeFault } from './security';

export interface ProofAsk {
  password?: boolean;
  code?: 'telephone' | 'any';
  passkey?: boolean;                       // may stand for the code
}

export interface ProofBody {
  current: string;
  code: string;
  passkey?: PasskeyAnswer;
}

interface ProofProps {
  ask: ProofAsk;
  button: string;
  danger?: boolean;
  user: string;
  send: (proof: ProofBody) => Promise<void>;
  onCancel?: () => void;
}

export function Proof({ ask, button, danger, user, send, onCancel }: ProofProps) {
  const { t } = useWords();
  const words = usePasskeyErrorText();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState<'code' | 'passkey' | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => form.current?.querySelector<HTMLInputElement>('.field input')?.focus(), []);
  const [by, setBy] = useState<'code' | 'passkey'>('code');
  const faultsBy = (way: 'code' | 'passkey') => faultsOf(ask.password ? password : null, ask.code && way === 'code' ? code : null);
  const faults = faultsBy(by);

  const submit = async (event: FormEvent | null, way: 'code' | 'passkey') => {
    event?.preventDefault();
    setTried(true);
    setBy(way);
    const wrong = Object.keys(faultsBy(way))[0];
    if (wrong) {
      form.current?.querySelector<HTMLInputElement>(`input[name="${wrong}"]`)?.focus();
      return;
    }
    setBusy(way);
    setError(null);
    try {
      if (way === 'code') await send({ current: password, code });
      else {
        const { publicKey } = await call<{ publicKey: PasskeyRequest }>('/api/session/passkey-challenge', { method: 'POST', body: {} });
        await send({ current: password, code: '', passkey: await showPasskey(publicKey) });
      }
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(null);
    }
  };
  const field = (name: 'password' | 'code', label: string, value: string, set: (value: string) => void, more: React.InputHTMLAttributes<HTMLInputElement>) => {
    const fault: CodeFault | undefined = tried ? faults[name] : undefined;
    return (
      <div className="field">
        <label htmlFor={`${id}-${name}`}>{label}</label>
        <input id={`${id}-${name}`} name={name} className="text-input" value={value} onChange={(event) => set(event.target.value)} aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? `${id}-${name}-fault` : undefined} {...more} />
        {fault && <span id={`${id}-${name}-fault`} className="field-fault" role="alert">{t(`codeFault.${fault}`)}</span>}
      </div>
    );
  };
  return (
    <form ref={form} className="form proof" noValidate onSubmit={(event) => void submit(event, 'code')}>
      <input type="text" name="username" autoComplete="username" value={user} readOnly hidden />
      {ask.password && field('password', t('signin.current'), password, setPassword, { type: 'password', autoComplete: 'current-password' })}
      {ask.code && field('code', t(ask.code === 'any' ? 'security.codeOrPaper' : 'signin.code'), code, setCode, {
        inputMode: ask.code === 'any' ? 'text' : 'numeric', autoComplete: 'one-time-code', autoCapitalize: 'none', spellCheck: false, maxLength: 40,
      })}
      {error !== null && <p className="form-error" role="alert">{words(error)}</p>}
      <div className="form-end wrap">
        {onCancel && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
        {ask.passkey && <Button loading={busy === 'passkey'} disabled={busy === 'code'} onClick={() => void submit(null, 'passkey')}>{t('passkey.prove')}</Button>}
        <Button type="primary" danger={danger} htmlType="submit" loading={busy === 'code'} disabled={busy === 'passkey'}>{button}</Button>
      </div>
    </form>
  );
}
