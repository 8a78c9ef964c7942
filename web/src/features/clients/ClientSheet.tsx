// One program: registered, switched off or on again. A secret is shown once and never again.
import { Button } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { call } from '../../api/client';
import type { Client, ClientReceipt } from '../../api/types';
import { useWords } from '../../i18n';
import { copyText } from '../../lib/download';
import { Icon } from '../../ui/icons';
import { SideSheet } from '../../ui/SideSheet';
import { useErrorText } from '../../ui/states';
import { bodyOf, clientFaultsOf, logins, type ClientFaults, type TypedClient } from './client';

export function ClientSheet({ client, onClose }: { client: Client | null; onClose: () => void }) {
  const { t } = useWords();
  const [receipt, setReceipt] = useState<ClientReceipt | null>(null);
  return (
    <SideSheet title={<h2 className="side-sheet-h">{client ? client.name : t('clients.new')}</h2>} width={600} onClose={onClose}>
      {receipt ? <Shown receipt={receipt} onClose={onClose} /> : client ? <Present client={client} onSecret={setReceipt} /> : <NewClient onMade={setReceipt} onClose={onClose} />}
    </SideSheet>
  );
}

// The id, and the secret if there is one: what whoever sets up the program needs.
function Shown({ receipt, onClose }: { receipt: ClientReceipt; onClose: () => void }) {
  const { t } = useWords();
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { client, secret } = receipt;
  const copy = async () => setCopied((await copyText(secret ?? client.id)) ? 'yes' : 'failed');
  return (
    <div className="one-time">
      <h3 ref={heading} tabIndex={-1}>{t('clients.made', { name: client.name })}</h3>
      <p>{t(secret ? 'clients.secretLead' : 'clients.idLead')}</p>
      <dl className="one-time-box">
        <dt>client_id</dt>
        <dd><code className="client-scope">{client.id}</code></dd>
        {secret && <dt>client_secret</dt>}
        {secret && <dd><code className="one-time-words client-secret">{secret}</code></dd>}
      </dl>
      <p role="status" className={copied === 'failed' ? 'form-error' : 'faint'}>
        {copied === 'yes' && t('accounts.copied')}
        {copied === 'failed' && t('accounts.copyFailed')}
      </p>
      <div className="form-end">
        <Button onClick={onClose}>{t('clients.noted')}</Button>
        <Button type="primary" onClick={() => void copy()} icon={<Icon name={copied === 'yes' ? 'check' : 'file'} size={16} />}>{t(secret ? 'clients.copySecret' : 'clients.copyId')}</Button>
      </div>
    </div>
  );
}

function Present({ client, onSecret }: { client: Client; onSecret: (receipt: ClientReceipt) => void }) {
  const { t } = useWords();
  const words = useErrorText();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<'off' | 'secret' | null>(null);
  const change = useMutation({
    mutationFn: (body: { disabled?: boolean; newSecret?: boolean }) => call<ClientReceipt>(`/api/clients/${encodeURIComponent(client.id)}`, { method: 'PATCH', body }),
    onSuccess: (receipt) => {
      setAsking(null);
      if (receipt.secret) onSecret(receipt);
      return queries.invalidateQueries({ queryKey: ['clients'] });
    },
  });
  const rows: [string, ReactNode][] = [
    ['client_id', <code key="id" className="client-scope">{client.id}</code>],
    [t('clients.login'), t(`clientLogin.${client.login}`)],
    [t('clients.redirects'), client.redirectUris.length === 0 ? t('clients.noRedirects') : client.redirectUris.map((uri) => <div key={uri}><code className="client-scope">{uri}</code></div>)],
    [t('clients.scope'), <code key="scope" className="client-scope">{client.scope}</code>],
  ];
  if (client.account) rows.push([t('clients.account'), client.account]);
  return (
    <>
      <dl className="one-time-box">{rows.map(([name, value]) => [<dt key={`${name}-t`}>{name}</dt>, <dd key={name}>{value}</dd>])}</dl>
      {asking ? (
        <div className="ask" role="group" aria-label={t(asking === 'off' ? 'clients.off' : 'clients.newSecret')}>
          <p>{t(asking === 'off' ? 'clients.offAsk' : 'clients.newSecretAsk')}</p>
          <button type="button" className="tool tool-strong" disabled={change.isPending} autoFocus onClick={() => change.mutate(asking === 'off' ? { disabled: true } : { newSecret: true })}>
            {t(asking === 'off' ? 'clients.off' : 'clients.newSecret')}
          </button>
          <button type="button" className="tool" disabled={change.isPending} onClick={() => setAsking(null)}>{t('common.cancel')}</button>
        </div>
      ) : (
        <div className="queue-end">
          {client.login === 'secret' && !client.disabled && <button type="button" className="tool" onClick={() => setAsking('secret')}>{t('clients.newSecret')}</button>}
          {client.disabled
            ? <button type="button" className="tool tool-strong" disabled={change.isPending} onClick={() => change.mutate({ disabled: false })}>{t('clients.on')}</button>
            : <button type="button" className="tool tool-danger" onClick={() => setAsking('off')}>{t('clients.off')}</button>}
        </div>
      )}
      {change.error && <p className="form-error" role="alert">{words(change.error)}</p>}
    </>
  );
}

function NewClient({ onMade, onClose }: { onMade: (receipt: ClientReceipt) => void; onClose: () => void }) {
  const { t } = useWords();
  const words = useErrorText();
  const queries = useQueryClient();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState<TypedClient>({ name: '', login: 'none', redirects: '', scope: 'openid fhirUser user/Patient.rs', account: '', jwks: '' });
  const [tried, setTried] = useState(false);
  const faults = clientFaultsOf(typed);
  const make = useMutation({
    mutationFn: () => call<ClientReceipt>('/api/clients', { method: 'POST', body: bodyOf(typed) }),
    onSuccess: (receipt) => {
      void queries.invalidateQueries({ queryKey: ['clients'] });
      onMade(receipt);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const wrong = Object.keys(faults)[0];
    if (wrong) form.current?.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus();
    else if (!make.isPending) make.mutate();
  };
  const field = (name: keyof TypedClient, label: string, help: string, lines: number) => {
    const fault = tried ? faults[name as keyof ClientFaults] : undefined;
    const shared = {
      id: `${id}-${name}`, name, className: 'text-input', autoComplete: 'off', spellCheck: false, value: typed[name],
      'aria-invalid': fault ? true : undefined, 'aria-describedby': [fault && `${id}-${name}-fault`, `${id}-${name}-help`].filter(Boolean).join(' '),
      onChange: (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value }),
    } as const;
    return (
      <div className="field">
        <label htmlFor={`${id}-${name}`}>{label}</label>
        {lines > 1 ? <textarea rows={lines} {...shared} /> : <input {...shared} />}
        {fault && <span id={`${id}-${name}-fault`} className="field-fault" role="alert">{t(`clientFault.${fault}`)}</span>}
        <span id={`${id}-${name}-help`} className="faint">{help}</span>
      </div>
    );
  };
  return (
    <form ref={form} className="form" noValidate onSubmit={submit}>
      {field('name', t('clients.name'), t('clients.nameHelp'), 1)}
      <div className="field">
        <label htmlFor={`${id}-login`}>{t('clients.login')}</label>
        <select id={`${id}-login`} name="login" className="text-input" value={typed.login} onChange={(event) => setTyped({ ...typed, login: event.target.value })}
          aria-describedby={`${id}-login-help`}>
          {logins.map((login) => <option key={login} value={login}>{t(`clientLogin.${login}`)}</option>)}
        </select>
        <span id={`${id}-login-help`} className="faint">{t(`clientLoginLong.${typed.login}`)}</span>
      </div>
      {field('redirects', t('clients.redirects'), t('clients.redirectsHelp'), 3)}
      {field('scope', t('clients.scope'), t('clients.scopeHelp'), 3)}
      {typed.login === 'keys' && field('jwks', t('clients.jwks'), t('clients.jwksHelp'), 5)}
      {typed.login === 'keys' && field('account', t('clients.account'), t('clients.accountHelp'), 1)}
      {make.error && <p className="form-error" role="alert">{words(make.error)}</p>}
      <div className="form-end">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={make.isPending}>{t('clients.make')}</Button>
      </div>
    </form>
  );
}
