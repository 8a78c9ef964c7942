// The second factor: whether there is one, set up, taken away, new codes for paper.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { SecondFactor } from '../../api/types';
import { useLanguage, useWords } from '../../i18n';
import { formatInstant } from '../../lib/format';
import { useMe, useSession } from '../../session/session';
import { Answer } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { EnrolSteps } from './EnrolSteps';
import { Proof } from './Proof';
import { factorKey, sessionsKey, useFactor } from './queries';
import { RecoveryCodes } from './RecoveryCodes';
import { isRunningOut, proofOf } from './security';

export function FactorSection() {
  const { t } = useWords();
  const factor = useFactor();
  return (
    <section className="panel security-part" aria-labelledby="security-factor">
      <h2 id="security-factor">{t('security.factor')}</h2>
      <Answer of={factor} lines={3}>{(state) => <Factor state={state} />}</Answer>
    </section>
  );
}

function Factor({ state }: { state: SecondFactor }) {
  const { t } = useWords();
  const language = useLanguage();
  const client = useQueryClient();
  const me = useMe();
  const { refresh } = useSession();
  const [doing, setDoing] = useState<'nothing' | 'enrol' | 'remove' | 'renew'>('nothing');
  const [codes, setCodes] = useState<string[] | null>(null);
  const stop = () => setDoing('nothing');
  const done = async (text: string) => {
    stop();
    setCodes(null);
    await Promise.all([client.invalidateQueries({ queryKey: factorKey }), client.invalidateQueries({ queryKey: sessionsKey })]);
    await refresh();
    showToast({ text });
  };
  const proof = proofOf(state);
  if (codes) return <RecoveryCodes codes={codes} onNoted={() => void done(t('security.renewed'))} />;
  if (doing === 'enrol') return <EnrolSteps proof={proof} onDone={() => void done(t('security.isOn'))} onCancel={stop} />;
  if (doing === 'remove') {
    return (
      <>
        <p>{t(state.passkeys > 0 ? 'passkey.stays' : state.required ? 'security.removeRequired' : 'security.removeLead')}</p>
        <Proof ask={proof} button={t(state.passkeys > 0 ? 'passkey.telephoneOff' : 'security.turnOff')} danger user={me.user} onCancel={stop}
          send={async (proof) => {
            await call<void>('/api/session/second-factor', { method: 'DELETE', body: proof });
            await done(t(state.passkeys > 0 ? 'passkey.telephoneIsOff' : 'security.isOff'));
          }} />
      </>
    );
  }
  if (doing === 'renew') {
    return (
      <>
        <p>{t('security.renewLead')}</p>
        <Proof ask={proof} button={t('security.renew')} user={me.user} onCancel={stop}
          send={async (proof) => setCodes((await call<{ recoveryCodes: string[] }>('/api/session/recovery-codes', { method: 'POST', body: proof })).recoveryCodes)} />
      </>
    );
  }
  if (!state.enrolled) {
    return (
      <>
        <p><span className="badge account-mustChange">{t('security.off')}</span> {t('security.offLead')}</p>
        <div className="queue-end wrap"><button type="button" className="tool tool-strong" onClick={() => setDoing('enrol')}>{t('security.setUp')}</button></div>
      </>
    );
  }
  return (
    <>
      <p>
        <span className="badge account-active">{t('security.on')}</span>{' '}
        {state.codes ? t('security.onSince', { at: formatInstant(state.since, language) }) : t('passkey.byPasskey')}
        {state.required && <> {t('security.required')}</>}
      </p>
      <p className={isRunningOut(state.recoveryCodes) ? 'form-error' : undefined}>{t('security.codesLeft', { count: state.recoveryCodes })}</p>
      <div className="queue-end wrap">
        <button type="button" className="tool" onClick={() => setDoing('renew')}>{t('security.renew')}</button>
        {state.codes
          ? <button type="button" className="tool tool-danger" onClick={() => setDoing('remove')}>{t(state.passkeys > 0 ? 'passkey.telephoneOff' : 'security.turnOff')}</button>
          : <button type="button" className="tool" onClick={() => setDoing('enrol')}>{t('passkey.telephoneToo')}</button>}
      </div>
    </>
  );
}
