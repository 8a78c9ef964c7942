// A passkey is added: who asks, then its name and the browser's own dialogue, then, with the first factor, the codes for paper.
import { Button } from 'antd';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import type { Passkey } from '../../api/types';
import { useWords } from '../../i18n';
import { machineOf, makePasskey, type PasskeyCreation } from '../../lib/passkey';
import { useMe } from '../../session/session';
import { usePasskeyErrorText } from '../../ui/passkeys';
import { Proof, type ProofAsk } from './Proof';
import { RecoveryCodes } from './RecoveryCodes';

export function PasskeySteps({ proof, onDone, onCancel }: { proof: ProofAsk; onDone: (name: string) => void; onCancel?: () => void }) {
  const { t } = useWords();
  const me = useMe();
  const [creation, setCreation] = useState<PasskeyCreation | null>(null);
  const [made, setMade] = useState<{ name: string; codes: string[] } | null>(null);
  const words = usePasskeyErrorText();
  const [refused, setRefused] = useState<unknown>(null);
  if (made) return <RecoveryCodes codes={made.codes} onNoted={() => onDone(made.name)} />;
  if (!creation) {
    return (
      <>
        {refused !== null && <p className="form-error" role="alert">{words(refused)}</p>}
        <p>{t('passkey.addLead')}</p>
        <Proof key="proof" ask={proof} button={t('security.next')} user={me.user} onCancel={onCancel}
          send={async (body) => setCreation((await call<{ publicKey: PasskeyCreation }>('/api/session/passkeys/offer', { method: 'POST', body })).publicKey)} />
      </>
    );
  }
  return (
    <>
      <p>{t('passkey.nameLead')}</p>
      <NameForm initial={machineOf(navigator.userAgent) || t('passkey.title')} button={t('passkey.create')} onCancel={onCancel}
        send={async (name) => {
          const body = { name, ...(await makePasskey(creation)) };
          try {
            const receipt = await call<{ passkey: Passkey; recoveryCodes: string[] }>('/api/session/passkeys', { method: 'POST', body });
            if (receipt.recoveryCodes.length > 0) setMade({ name: receipt.passkey.name, codes: receipt.recoveryCodes });
            else onDone(receipt.passkey.name);
          } catch (problem) {
            // What was asked for is answered once: it begins again.
            setRefused(problem);
            setCreation(null);
          }
        }} />
    </>
  );
}

export function NameForm({ initial, button, send, onCancel }: { initial: string; button: string; send: (name: string) => Promise<void>; onCancel?: () => void }) {
  const { t } = useWords();
  const words = usePasskeyErrorText();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => field.current?.select(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await send(name.trim());
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="form proof" onSubmit={(event) => void submit(event)}>
      <div className="field">
        <label htmlFor={`${id}-name`}>{t('passkey.name')}</label>
        <input ref={field} id={`${id}-name`} name="passkey-name" className="text-input" value={name} onChange={(event) => setName(event.target.value)} maxLength={60} autoComplete="off" required />
      </div>
      {error !== null && <p className="form-error" role="alert">{words(error)}</p>}
      <div className="form-end">
        {onCancel && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
        <Button type="primary" htmlType="submit" loading={busy}>{button}</Button>
      </div>
    </form>
  );
}
