// Where one is signed in: ended one by one, or all at once.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, query } from '../../api/client';
import type { OwnSession } from '../../api/types';
import { useLanguage, useWords } from '../../i18n';
import { formatInstant } from '../../lib/format';
import { useSession } from '../../session/session';
import { Answer, useErrorText } from '../../ui/states';
import { sessionsKey, useOwnSessions } from './queries';
import { inOrder } from './security';

export function SessionsSection() {
  const { t } = useWords();
  const sessions = useOwnSessions();
  return (
    <section className="panel security-part" aria-labelledby="security-sessions">
      <h2 id="security-sessions">{t('security.sessions')}</h2>
      <p className="faint">{t('security.sessionsLead')}</p>
      <Answer of={sessions} lines={4}>{(list) => <Sessions sessions={inOrder(list)} />}</Answer>
    </section>
  );
}

function Sessions({ sessions }: { sessions: OwnSession[] }) {
  const { t } = useWords();
  const language = useLanguage();
  const words = useErrorText();
  const client = useQueryClient();
  const { signOut } = useSession();
  const [asking, setAsking] = useState(false);
  const [tokensToo, setTokensToo] = useState(false);
  const end = useMutation({
    mutationFn: (id: string) => call<void>(`/api/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsKey }),
  });
  const endAll = useMutation({
    mutationFn: () => call<void>(`/api/sessions${query({ tokens: tokensToo ? 1 : '' })}`, { method: 'DELETE' }),
    onSuccess: signOut,
  });
  const at = (instant: string) => formatInstant(instant, language);
  const nameOf = (one: OwnSession) => (one.kind === 'page' ? t('security.browser') : one.program ? t('security.program', { name: one.program }) : t('security.token'));
  const problem = end.error ?? endAll.error;
  return (
    <>
      <ul className="session-list">
        {sessions.map((one) => (
          <li key={one.id}>
            <div>
              <strong>{nameOf(one)}</strong>
              {one.current && <> <span className="badge account-active">{t('security.thisOne')}</span></>}
              <span className="under">
                {one.kind === 'page'
                  ? t('security.sessionFacts', { address: one.address, since: at(one.signedIn), used: at(one.lastUsed) })
                  : t('security.tokenFacts', { since: at(one.signedIn), until: at(one.expires) })}
              </span>
            </div>
            {!one.current && (
              <button type="button" className="tool" disabled={end.isPending} aria-label={t('security.endThis', { name: `${nameOf(one)} ${one.kind === 'page' ? one.address : at(one.signedIn)}` })} onClick={() => end.mutate(one.id)}>
                {t('security.end')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {asking ? (
        <div className="ask" role="group" aria-label={t('security.endAll')}>
          <p>{t('security.endAllAsk')}</p>
          {sessions.some((one) => one.kind === 'token') && (
            <label className="check ask-line">
              <input type="checkbox" checked={tokensToo} onChange={(event) => setTokensToo(event.target.checked)} /> {t('security.tokensToo')}
            </label>
          )}
          <button type="button" className="tool tool-danger" autoFocus disabled={endAll.isPending} onClick={() => endAll.mutate()}>{t('security.endAllNow')}</button>
          <button type="button" className="tool" onClick={() => setAsking(false)}>{t('common.cancel')}</button>
        </div>
      ) : (
        <div className="queue-end"><button type="button" className="tool tool-danger" onClick={() => setAsking(true)}>{t('security.endAll')}</button></div>
      )}
      {problem && <p className="form-error" role="alert">{words(problem)}</p>}
    </>
  );
}
