// Passkeys of the own account: listed, added, named, removed.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { Passkey, Passkeys, SecondFactor } from '../../api/types';
import { useLanguage, useWords } from '../../i18n';
import { formatInstant } from '../../lib/format';
import { whyNoPasskeys } from '../../lib/passkey';
import { useMe, useSession } from '../../session/session';
import { faultTexts } from '../../ui/passkeys';
import { Answer } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { NameForm, PasskeySteps } from './PasskeySteps';
import { Proof } from './Proof';
import { factorKey, passkeysKey, sessionsKey, useFactor, usePasskeys } from './queries';
import { proofOf } from './security';

export function PasskeySection() {
  const { t } = useWords();
  const passkeys = usePasskeys();
  const factor = useFactor();
  return (
    <section className="panel security-part" aria-labelledby="security-passkeys">
      <h2 id="security-passkeys">{t('passkey.title')}</h2>
      <Answer of={factor} lines={2}>{(state) => <Answer of={passkeys} lines={3}>{(list) => <List list={list} factor={state} />}</Answer>}</Answer>
    </section>
  );
}

type Doing = { work: 'nothing' } | { work: 'add' } | { work: 'rename' | 'remove'; passkey: Passkey };

function List({ list, factor }: { list: Passkeys; factor: SecondFactor }) {
  const { t } = useWords();
  const me = useMe();
  const client = useQueryClient();
  const { refresh } = useSession();
  const [doing, setDoing] = useState<Doing>({ work: 'nothing' });
  const stop = () => setDoing({ work: 'nothing' });
  const done = async (text: string) => {
    stop();
    await Promise.all([factorKey, passkeysKey, sessionsKey].map((queryKey) => client.invalidateQueries({ queryKey })));
    await refresh();
    showToast({ text });
  };
  const path = (passkey: Passkey) => `/api/session/passkeys/${passkey.id}`;
  const proof = proofOf(factor);
  if (doing.work === 'add') return <PasskeySteps proof={proof} onDone={(name) => void done(t('passkey.added', { name }))} onCancel={stop} />;
  if (doing.work === 'rename') {
    return (
      <NameForm initial={doing.passkey.name} button={t('passkey.saveName')} onCancel={stop}
        send={async (name) => {
          await call<Passkey>(path(doing.passkey), { method: 'PATCH', body: { name } });
          await done(t('passkey.renamed'));
        }} />
    );
  }
  if (doing.work === 'remove') {
    const isLast = list.passkeys.length === 1 && !factor.codes;
    return (
      <>
        <p>{t('passkey.removeLead', { name: doing.passkey.name })} {isLast && t(factor.required ? 'passkey.removeRequired' : 'passkey.removeLast')}</p>
        <Proof ask={proof} button={t('passkey.removeNow')} danger user={me.user} onCancel={stop}
          send={async (body) => {
            await call<void>(path(doing.passkey), { method: 'DELETE', body });
            await done(t('passkey.removed', { name: doing.passkey.name }));
          }} />
      </>
    );
  }
  return (
    <>
      <p>{t('passkey.lead')}</p>
      {list.passkeys.length > 0 && (
        <ul className="session-list">
          {list.passkeys.map((each) => <Row key={each.id} passkey={each} onRename={() => setDoing({ work: 'rename', passkey: each })} onRemove={() => setDoing({ work: 'remove', passkey: each })} />)}
        </ul>
      )}
      <Add list={list} onAdd={() => setDoing({ work: 'add' })} />
    </>
  );
}

function Row({ passkey, onRename, onRemove }: { passkey: Passkey; onRename: () => void; onRemove: () => void }) {
  const { t } = useWords();
  const language = useLanguage();
  const at = (instant: string) => formatInstant(instant, language);
  return (
    <li>
      <div>
        <strong>{passkey.name}</strong>
        <span className="under">
          {t('passkey.made', { at: at(passkey.created) })} · {passkey.lastUsed === null ? t('passkey.unused') : t('passkey.used', { at: at(passkey.lastUsed) })}
          {!passkey.here && <> · {t('passkey.onlyAt', { address: passkey.site })}</>}
        </span>
      </div>
      <span className="queue-end wrap">
        <button type="button" className="tool" aria-label={t('passkey.renameOf', { name: passkey.name })} onClick={onRename}>{t('passkey.rename')}</button>
        <button type="button" className="tool tool-danger" aria-label={t('passkey.removeOf', { name: passkey.name })} onClick={onRemove}>{t('passkey.remove')}</button>
      </span>
    </li>
  );
}

// Where none can be made, why is said in its place.
function Add({ list, onAdd }: { list: Passkeys; onAdd: () => void }) {
  const { t } = useWords();
  const why = whyNoPasskeys();
  if (why) return <p className="faint">{t(faultTexts[why])}</p>;
  if (list.address === null) return <p className="faint">{t('passkey.noAddress')}</p>;
  if (list.address !== window.location.origin) return <p className="faint">{t('passkey.onlyAt', { address: list.address })}</p>;
  if (list.passkeys.length >= list.most) return <p className="faint">{t('passkey.full', { most: list.most })}</p>;
  return <div className="queue-end wrap"><button type="button" className="tool tool-strong" onClick={onAdd}>{t('passkey.add')}</button></div>;
}
