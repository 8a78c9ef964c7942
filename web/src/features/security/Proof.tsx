// The password, a code, or both: what proves who asks. What is wrong is said at its field or under the form; what was typed stays.
import { Button } from 'antd';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { useWords } from '../../i18n';
import { useErrorText } from '../../ui/states';
import { faultsOf, type CodeFault } from './security';

interface ProofProps {
  ask: { password?: boolean; code?: 'telephone' | 'any' };
  button: string;
  danger?: boolean;
  user: string;
  send: (proof: { current: string; code: string }) => Promise<void>;
  onCancel?: () => void;
}

export function Proof({ ask, button, danger, user, send, onCancel }: ProofProps) {
  const { t } = useWords();
  const words = useErrorText();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => form.current?.querySelector<HTMLInputElement>('.field input')?.focus(), []);
  const faults = faultsOf(ask.password ? password : null, ask.code ? code : null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const wrong = Object.keys(faults)[0];
    if (wrong) {
      form.current?.querySelector<HTMLInputElement>(`input[name="${wrong}"]`)?.focus();
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await send({ current: password, code });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
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
    <form ref={form} className="form proof" noValidate onSubmit={(event) => void submit(event)}>
      <input type="text" name="username" autoComplete="username" value={user} readOnly hidden />
      {ask.password && field('password', t('signin.current'), password, setPassword, { type: 'password', autoComplete: 'current-password' })}
      {ask.code && field('code', t(ask.code === 'any' ? 'security.codeOrPaper' : 'signin.code'), code, setCode, {
        inputMode: ask.code === 'any' ? 'text' : 'numeric', autoComplete: 'one-time-code', autoCapitalize: 'none', spellCheck: false, maxLength: 40,
      })}
      {error !== null && <p className="form-error" role="alert">{words(error)}</p>}
      <div className="form-end">
        {onCancel && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
        <Button type="primary" danger={danger} htmlType="submit" loading={busy}>{button}</Button>
      </div>
    </form>
  );
}
