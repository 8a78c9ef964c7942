// One account: made, changed, shut out or let in again. A one-time password is shown once and never again.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { Account, AccountChange, AccountReceipt } from '../../api/types';
import { useWords } from '../../i18n';
import { useMe } from '../../session/session';
import { SideSheet } from '../../ui/SideSheet';
import { useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { AccountForm } from './AccountForm';
import { statesOf } from './account';
import { OneTimePassword } from './OneTimePassword';

export function AccountSheet({ account, onClose }: { account: Account | null; onClose: () => void }) {
  const { t } = useWords();
  const [receipt, setReceipt] = useState<AccountReceipt | null>(null);
  const [noted, setNoted] = useState(false);
  const [warned, setWarned] = useState(false);
  // A password that nobody has taken down is not thrown away by one slip of the hand.
  const close = () => {
    if (receipt && !noted && !warned) setWarned(true);
    else onClose();
  };
  return (
    <SideSheet title={<h2 className="side-sheet-h">{account ? t('accounts.change') : t('accounts.new')}</h2>} width={560} onClose={close}>
      {receipt
        ? <OneTimePassword receipt={receipt} isNew={account === null} warned={warned} onNoted={() => setNoted(true)} onClose={onClose} />
        : (
          <>
            <AccountForm account={account} onMade={setReceipt} onSaved={onClose} onClose={onClose} />
            {account && <SigningIn account={account} onReset={setReceipt} />}
          </>
        )}
    </SideSheet>
  );
}

// May this person sign in, and with what?
function SigningIn({ account, onReset }: { account: Account; onReset: (receipt: AccountReceipt) => void }) {
  const { t } = useWords();
  const words = useErrorText();
  const client = useQueryClient();
  const me = useMe();
  const [asking, setAsking] = useState<'reset' | 'factor' | null>(null);
  const send = (change: AccountChange) => call<AccountReceipt>(`/api/accounts/${encodeURIComponent(account.user)}`, { method: 'PATCH', body: change });
  const took = () => client.invalidateQueries({ queryKey: ['accounts'] });
  const name = account.name || account.user;

  const reset = useMutation({
    mutationFn: () => send({ newPassword: true }),
    onSuccess: (receipt) => {
      onReset(receipt);
      return took();
    },
  });
  const admit = useMutation({
    mutationFn: (disabled: boolean) => send({ disabled }),
    onSuccess: async (_, disabled) => {
      const unlocked = !disabled && !account.disabled;
      showToast({
        text: t(disabled ? 'accounts.isDisabled' : unlocked ? 'accounts.isUnlocked' : 'accounts.isEnabled', { name }),
        undo: disabled ? { label: t('common.undo'), run: () => void send({ disabled: false }).then(took, (problem: unknown) => showToast({ text: words(problem), kind: 'bad' })) } : undefined,
      });
      await took();
    },
  });
  const end = useMutation({
    mutationFn: (change: AccountChange) => send(change),
    onSuccess: async (_, change) => {
      setAsking(null);
      showToast({ text: t(change.endSessions ? 'accounts.sessionsEnded' : 'accounts.factorGone', { name }) });
      await took();
    },
  });
  const busy = reset.isPending || admit.isPending || end.isPending;
  const problem = reset.error ?? admit.error ?? end.error;
  const states = statesOf(account);
  return (
    <section className="account-signing" aria-labelledby="account-signing">
      <h3 id="account-signing">{t('accounts.signingIn')}</h3>
      <p>
        {states.map((state) => <span key={state} className={`badge account-${state}`}>{t(`accountState.${state}`)}</span>)}{' '}
        <span className="faint">{t(`accountStateLong.${states[0]}`)}</span>{' '}
        {account.secondFactor && <span className="badge">{t('accounts.hasFactor')}</span>}
      </p>
      {account.user === me.user ? (
        <p className="faint">{t('accounts.ownAccount')}</p>
      ) : asking === 'factor' ? (
        <div className="ask" role="group" aria-label={t('accounts.factorReset')}>
          <p>{t('accounts.factorAsk', { name })}</p>
          <button type="button" className="tool tool-strong" disabled={busy} autoFocus onClick={() => end.mutate({ resetSecondFactor: true })}>{t('accounts.factorNow')}</button>
          <button type="button" className="tool" disabled={busy} onClick={() => setAsking(null)}>{t('common.cancel')}</button>
        </div>
      ) : asking ? (
        <div className="ask" role="group" aria-label={t('accounts.reset')}>
          <p>{t('accounts.resetAsk', { name })}</p>
          <button type="button" className="tool tool-strong" disabled={busy} autoFocus onClick={() => reset.mutate()}>{t('accounts.resetNow')}</button>
          <button type="button" className="tool" disabled={busy} onClick={() => setAsking(null)}>{t('common.cancel')}</button>
        </div>
      ) : (
        <div className="queue-end wrap">
          {account.locked && !account.disabled && (
            <button type="button" className="tool tool-strong" disabled={busy} onClick={() => admit.mutate(false)}>{t('accounts.unlock')}</button>
          )}
          {!account.disabled && <button type="button" className="tool" disabled={busy} onClick={() => setAsking('reset')}>{t('accounts.reset')}</button>}
          {account.secondFactor && <button type="button" className="tool" disabled={busy} onClick={() => setAsking('factor')}>{t('accounts.factorReset')}</button>}
          {!account.disabled && <button type="button" className="tool" disabled={busy} onClick={() => end.mutate({ endSessions: true })}>{t('accounts.endSessions')}</button>}
          {account.disabled
            ? <button type="button" className="tool tool-strong" disabled={busy} onClick={() => admit.mutate(false)}>{t('accounts.enable')}</button>
            : <button type="button" className="tool tool-danger" disabled={busy} onClick={() => admit.mutate(true)}>{t('accounts.disable')}</button>}
        </div>
      )}
      {problem && <p className="form-error" role="alert">{words(problem)}</p>}
    </section>
  );
}
