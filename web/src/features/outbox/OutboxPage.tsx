// What was done on this device: saved here, sent, refused, in conflict. Nothing disappears from here unseen.
import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { isServerReachable, onConnectionChange } from '../../api/client';
import { Back } from '../../care/parts';
import { flatItems } from '../../care/rules';
import type { Form, FormAnswer } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatInstant } from '../../lib/format';
import { instant } from '../../care/days';
import { changeItem, sendNow, useOutbox } from '../../offline/device';
import { newKey } from '../../offline/ids';
import { recallAll } from '../../offline/keep';
import type { Item } from '../../offline/outbox';
import { hrefTo, Link } from '../../router/router';
import { useMe } from '../../session/session';
import { Empty } from '../../ui/states';
import { differs, formsOf, lines, readTheirs, wordsOf } from './conflict';

const groups = [['conflict', 'refused'], ['waiting'], ['sent'], ['set-aside']] as const;

export default function OutboxPage() {
  const { t } = useWords();
  const items = useOutbox();
  const reachable = useSyncExternalStore(onConnectionChange, isServerReachable);
  const waiting = items.some((item) => item.state === 'waiting');
  return (
    <div className="page care-page">
      <div className="page-head">
        <div className="title-with-back"><Back to="/" label={t('visit.back')} /><h1>{t('saved.title')}</h1></div>
        {waiting && <button type="button" className="tool tool-big" onClick={() => void sendNow(true)}>{t('saved.sendNow')}</button>}
      </div>
      {waiting && !reachable && <p className="hint">{t('saved.offlineHow')}</p>}
      {items.length === 0 && <section className="panel"><Empty title={t('saved.none')} icon="check"><p>{t('saved.noneHow')}</p></Empty></section>}
      {groups.map((states) => {
        const own = items.filter((item) => (states as readonly string[]).includes(item.state));
        if (own.length === 0) return null;
        return (
          <section key={states[0]} className="panel" aria-label={t(`savedGroup.${states[0]}`)}>
            <h2>{t(`savedGroup.${states[0]}`)} · {own.length}</h2>
            <ul className="saved-items">{own.map((item) => <OneItem key={item.id} item={item} />)}</ul>
          </section>
        );
      })}
    </div>
  );
}

function useItemWords(): (item: Item) => string {
  const { t } = useWords();
  return (item) => t(`itemKind.${item.kind}`);
}

function OneItem({ item }: { item: Item }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const words = useItemWords();
  const again = (part: Partial<Item> = {}) => void changeItem(item.id, { state: 'waiting', nextAt: 0, tries: 0, error: null, ...part });
  return (
    <li className="saved-item">
      <p className="saved-item-head">
        <strong>{item.patientName}</strong> <span>{words(item)}</span>
        <span className={`badge item-${item.state}`}>{t(`itemState.${item.state}`)}</span>
      </p>
      <p className="faint">
        {t('saved.at', { when: formatInstant(instant(new Date(item.at)), language) })}
        {item.sentAt !== null && ` · ${t('saved.sentAt', { when: formatInstant(instant(new Date(item.sentAt)), language) })}`}
        {item.state === 'waiting' && item.tries > 0 && ` · ${t('saved.tries', { count: item.tries })}`}
      </p>
      {item.error && item.state !== 'sent' && <p className="form-error" role="alert">{text(item.error)}</p>}
      {item.state === 'conflict' && <Conflict item={item} />}
      {item.state === 'refused' && (
        <div className="saved-ways">
          {item.kind === 'visit' && <WhatWasTyped item={item} />}
          <button type="button" className="tool tool-big" onClick={() => again()}>{t('saved.tryAgain')}</button>
          <button type="button" className="tool tool-big" onClick={() => void changeItem(item.id, { state: 'set-aside' })}>{t('saved.setAside')}</button>
        </div>
      )}
      {item.state === 'set-aside' && <button type="button" className="tool tool-big" onClick={() => again({ state: item.theirs === null ? 'waiting' : 'conflict' })}>{t('saved.takeBack')}</button>}
      {item.state === 'sent' && item.kind === 'referral' && typeof (item.answer as { id?: unknown } | null)?.id === 'string' && (
        <Link className="tool" to={hrefTo(`/referrals/${encodeURIComponent((item.answer as { id: string }).id)}`)}>{t('refer.open')}</Link>
      )}
    </li>
  );
}

// The forms that are kept here say what an answer means.
function useForms(): Map<string, Form> {
  const me = useMe();
  const { data } = useQuery({
    queryKey: ['kept-forms', me.user],
    queryFn: async () => new Map((await recallAll<FormAnswer>(me.user, 'form.')).map(([, kept]) => [kept.value.form.id, kept.value.form])),
    staleTime: 60_000, gcTime: 0,
  });
  return data ?? new Map();
}

function WhatWasTyped({ item }: { item: Item }) {
  const { t } = useWords();
  const text = useText();
  const forms = useForms();
  return (
    <details className="code-box saved-typed">
      <summary>{t('saved.typed')}</summary>
      <dl className="facts">
        {lines(formsOf(item.body), []).map((line) => (
          <div key={`${line.form}${line.item}`}>
            <dt>{labelOf(forms.get(line.form), line.item, text)}</dt>
            <dd>{wordsOf(line.mine, line.item, forms.get(line.form), text, t('visit.yes'), t('visit.no'))}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const labelOf = (form: Form | undefined, item: string, text: (words: { zh: string; en: string }) => string): string => {
  const found = form && flatItems(form.items).find((each) => each.id === item);
  return found ? text(found.text) : item;
};

// Somebody else did the same task meanwhile: both versions side by side, and the doctor says which holds.
function Conflict({ item }: { item: Item }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const forms = useForms();
  const theirs = readTheirs(item.theirs);
  const all = lines(formsOf(item.body), theirs.forms);
  const both = [...all.filter(differs), ...all.filter((line) => !differs(line))];
  const words = (value: Parameters<typeof wordsOf>[0], line: { form: string; item: string }) => wordsOf(value, line.item, forms.get(line.form), text, t('visit.yes'), t('visit.no'));
  // Mine as a visit of its own: theirs has done the tasks already.
  const keepBoth = () => {
    const clientKey = newKey();
    void changeItem(item.id, { state: 'waiting', nextAt: 0, tries: 0, error: null, theirs: null, body: { ...item.body, clientKey, tasks: [] } });
  };
  return (
    <div className="conflict">
      <p>{t('saved.conflictHow', { who: theirs.who || t('saved.somebody'), when: theirs.at ? formatInstant(theirs.at, language) : '' })}</p>
      <table role="table" className="conflict-table">
        <caption className="only-read">{t('saved.compare')}</caption>
        <thead role="rowgroup">
          <tr role="row"><th role="columnheader" scope="col">{t('saved.question')}</th><th role="columnheader" scope="col">{t('saved.mine')}</th><th role="columnheader" scope="col">{t('saved.theirs')}</th></tr>
        </thead>
        <tbody role="rowgroup">
          {both.map((line) => (
            <tr role="row" key={`${line.form}${line.item}`} className={differs(line) ? 'conflict-differs' : undefined}>
              <th role="rowheader" scope="row">{labelOf(forms.get(line.form), line.item, text)}</th>
              <td role="cell">{words(line.mine, line)}</td>
              <td role="cell">{words(line.theirs, line)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="saved-ways">
        <button type="button" className="tool tool-big" onClick={() => void changeItem(item.id, { state: 'set-aside' })}>{t('saved.keepTheirs')}</button>
        <button type="button" className="tool tool-big tool-strong" onClick={keepBoth}>{t('saved.keepBoth')}</button>
      </div>
    </div>
  );
}
