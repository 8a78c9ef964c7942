// A program asks to act for whoever is signed in: who it is, what it wants, where the answer goes. Nothing is sent to the program
// before the user has decided, and nothing at all when the server does not know it.
import { Button } from 'antd';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ComponentType, type FormEvent, type ReactNode } from 'react';
import { call } from '../../api/client';
import type { AuthorizeAnswer, AuthorizeRequest } from '../../api/types';
import { useLanguage, useWords } from '../../i18n';
import { useSession } from '../../session/session';
import { Loading, useErrorText } from '../../ui/states';
import { alters, wishOf, type Wish } from './words';

interface AuthorizePageProps {
  frame: ComponentType<{ title: string; tools: ReactNode; children: ReactNode }>;
  tools: ReactNode;
  // The program's request as it stands in the address.
  request: string;
  go?: (address: string) => void;
}

export default function AuthorizePage({ frame: Frame, tools, request, go = (address) => window.location.assign(address) }: AuthorizePageProps) {
  const { t } = useWords();
  const words = useErrorText();
  const asked = useQuery({
    queryKey: ['authorize', request], queryFn: () => call<AuthorizeRequest>(`/api/authorize?${request}`), retry: false, staleTime: Infinity, gcTime: 0,
  });
  if (asked.error) {
    return (
      <Frame title={t('authorize.failedTitle')} tools={tools}>
        <p className="form-error" role="alert">{words(asked.error)}</p>
        <p className="faint">{t('authorize.failedHow')}</p>
      </Frame>
    );
  }
  if (!asked.data) return <Frame title={t('authorize.title')} tools={tools}><Loading lines={4} /></Frame>;
  return (
    <Frame title={t('authorize.asks', { name: asked.data.client.name })} tools={tools}>
      <Decision asked={asked.data} request={request} go={go} />
    </Frame>
  );
}

function Decision({ asked, request, go }: { asked: AuthorizeRequest; request: string; go: (address: string) => void }) {
  const { t } = useWords();
  const words = useErrorText();
  const { signOut } = useSession();
  const [chosen, setChosen] = useState(() => new Set(asked.words));
  const decide = useMutation({
    mutationFn: (agree: boolean) =>
      call<AuthorizeAnswer>('/api/authorize', { method: 'POST', body: { request, agree, words: agree ? asked.words.filter((word) => chosen.has(word)) : [] } }),
    onSuccess: ({ redirect }) => go(redirect),
  });
  const wishes = asked.words.map(wishOf);
  const tick = (word: string) => {
    const next = new Set(chosen);
    if (!next.delete(word)) next.add(word);
    setChosen(next);
  };
  const agree = (event: FormEvent) => {
    event.preventDefault();
    if (chosen.size > 0 && !decide.isPending && !decide.isSuccess) decide.mutate(true);
  };
  const busy = decide.isPending || decide.isSuccess;
  return (
    <form className="form" onSubmit={agree}>
      <p>
        {t('authorize.signedInAs', { name: asked.name || asked.user, user: asked.user })}{' '}
        <button type="button" className="link-button" disabled={busy} onClick={() => void signOut()}>{t('signin.otherUser')}</button>
      </p>
      <fieldset className="field">
        <legend>{t('authorize.wants')}</legend>
        <ul className="wishes">
          {wishes.map((wish) => (
            <li key={wish.word}>
              <label className="check">
                <input type="checkbox" checked={chosen.has(wish.word)} disabled={busy} onChange={() => tick(wish.word)} />
                <span>
                  <Wanted wish={wish} />{' '}
                  {alters(wish) && <span className="badge wish-alters">{t('authorize.alters')}</span>}
                </span>
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
      <p className="faint">{t('authorize.limits')}</p>
      <p className="faint">{t('authorize.goesTo')} <strong className="wish-host">{asked.redirectHost}</strong></p>
      {chosen.size === 0 && <p className="hint" role="status">{t('authorize.chooseOne')}</p>}
      {decide.error && <p className="form-error" role="alert">{words(decide.error)}</p>}
      <div className="form-end">
        <Button size="large" disabled={busy} onClick={() => decide.mutate(false)}>{t('authorize.refuse')}</Button>
        <Button type="primary" size="large" htmlType="submit" loading={busy} disabled={chosen.size === 0}>{t('authorize.agree')}</Button>
      </div>
    </form>
  );
}

function Wanted({ wish }: { wish: Wish }) {
  const { t, i18n } = useWords();
  const language = useLanguage();
  if (wish.identity !== undefined) return <>{i18n.exists(`identityWish.${wish.identity}`) ? t(`identityWish.${wish.identity}`) : wish.word}</>;
  const type = wish.type ?? '';
  const name = type === '*' ? t('authorize.everything') : i18n.exists(`recordType.${type}`) ? t(`recordType.${type}`) : type;
  const verbs = new Intl.ListFormat(language, { type: 'conjunction' }).format(wish.verbs.map((verb) => t(`wishVerb.${verb}`)));
  return <>{t('authorize.mayDo', { verbs, what: name })}</>;
}
