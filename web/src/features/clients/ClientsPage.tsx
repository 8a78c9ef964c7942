// The programs that may ask for access, and what each may get at most. For whose duty it is; the server refuses everybody else.
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { Client } from '../../api/types';
import { useWords } from '../../i18n';
import { changeSearch, hrefTo, hrefWith, Link, usePlace } from '../../router/router';
import { DataTable, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { Answer, Empty } from '../../ui/states';
import { ClientSheet } from './ClientSheet';

export default function ClientsPage() {
  const { t } = useWords();
  const { search } = usePlace();
  const clients = useQuery({ queryKey: ['clients'], queryFn: ({ signal }) => call<{ clients: Client[] }>('/api/clients', { signal }).then((answer) => answer.clients) });
  const isNew = search.get('new') === '1';
  const opened = clients.data?.find((each) => each.id === search.get('client'));
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('clients.title')}</h1>
        <div className="page-head-tools no-print">
          <Link className="tool" to={hrefTo('/accounts')}>{t('clients.toAccounts')}</Link>
          <button type="button" className="tool tool-strong" onClick={() => changeSearch({ new: '1', client: null })}>
            <Icon name="plus" size={16} />
            {t('clients.new')}
          </button>
        </div>
      </div>
      <section className="panel" aria-label={t('clients.title')}>
        <p className="faint">{t('clients.lead')}</p>
        <Answer of={clients} lines={4}>{(rows) => <List clients={rows} />}</Answer>
      </section>
      {isNew && <ClientSheet key="new" client={null} onClose={() => changeSearch({ new: null }, { replace: true })} />}
      {!isNew && opened && <ClientSheet key={opened.id} client={opened} onClose={() => changeSearch({ client: null }, { replace: true })} />}
    </div>
  );
}

function List({ clients }: { clients: Client[] }) {
  const { t } = useWords();
  const columns: Column<Client>[] = [
    { key: 'name', title: t('clients.name'), rowHeader: true, sortBy: (client) => client.name,
      render: (client) => <Link to={hrefWith({ client: client.id, new: null })}>{client.name}</Link> },
    { key: 'login', title: t('clients.login'), sortBy: (client) => client.login, render: (client) => t(`clientLogin.${client.login}`) },
    { key: 'scope', title: t('clients.scope'), wide: true, sortBy: (client) => client.scope, render: (client) => <code className="client-scope">{client.scope}</code> },
    { key: 'state', title: t('clients.state'), sortBy: (client) => (client.disabled ? 'disabled' : 'active'),
      render: (client) => <span className={`badge account-${client.disabled ? 'disabled' : 'active'}`}>{t(client.disabled ? 'clients.isOff' : 'clients.isOn')}</span> },
  ];
  if (clients.length === 0) return <Empty title={t('clients.none')} icon="user" />;
  return <DataTable caption={t('clients.title')} columns={columns} rows={clients} rowKey={(client) => client.id} cards />;
}
