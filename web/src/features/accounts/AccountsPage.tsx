// Who may sign in, as what, for which organisations. For whose duty it is; the server refuses everybody else.
import { useState } from 'react';
import { useAccounts } from '../../api/queries';
import type { Account } from '../../api/types';
import { useWords } from '../../i18n';
import { formatCount } from '../../lib/format';
import { changeSearch, hrefTo, hrefWith, Link, usePlace } from '../../router/router';
import { DataTable, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { useNames } from '../../ui/names';
import { Answer, Empty } from '../../ui/states';
import { matches, needsOrganizations, statesOf } from './account';
import { AccountSheet } from './AccountSheet';
import { SignInRules } from './SignInRules';

const namesShown = 2;

export default function AccountsPage() {
  const { t } = useWords();
  const { search } = usePlace();
  const accounts = useAccounts();
  const isNew = search.get('new') === '1';
  const asked = search.get('account');
  const opened = accounts.data?.find((each) => each.user === asked);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('accounts.title')}</h1>
        <div className="panel-tools no-print">
          <Link className="tool" to={hrefTo('/clients')}>{t('clients.title')}</Link>
          <button type="button" className="tool" onClick={() => changeSearch({ rules: '1', new: null, account: null })}>{t('accounts.rules')}</button>
          <button type="button" className="tool tool-strong" onClick={() => changeSearch({ new: '1', account: null })}>
            <Icon name="plus" size={16} />
            {t('accounts.new')}
          </button>
        </div>
      </div>
      <section className="panel" aria-label={t('accounts.title')}>
        <Answer of={accounts} lines={6}>{(rows) => <List accounts={rows} />}</Answer>
      </section>
      {search.get('rules') === '1' && <SignInRules onClose={() => changeSearch({ rules: null }, { replace: true })} />}
      {isNew && <AccountSheet key="new" account={null} onClose={() => changeSearch({ new: null }, { replace: true })} />}
      {!isNew && opened && <AccountSheet key={opened.user} account={opened} onClose={() => changeSearch({ account: null }, { replace: true })} />}
    </div>
  );
}

function List({ accounts }: { accounts: Account[] }) {
  const { t } = useWords();
  const names = useNames();
  const [find, setFind] = useState('');
  const organizationsOf = (account: Account) => account.organizations.map(names.organization);
  const whose = (account: Account): string => {
    if (!needsOrganizations(account.role)) return t('accounts.wholeCounty');
    const all = organizationsOf(account);
    return all.length <= namesShown ? all.join('、') : t('accounts.andMore', { names: all.slice(0, namesShown).join('、'), count: all.length });
  };
  const columns: Column<Account>[] = [
    { key: 'name', title: t('accounts.name'), rowHeader: true, sortBy: (account) => account.name,
      render: (account) => (
        <>
          <Link to={hrefWith({ account: account.user, new: null })}>{account.name || account.user}</Link>
          <span className="under">{account.user}</span>
        </>
      ) },
    { key: 'role', title: t('accounts.role'), sortBy: (account) => t(`role.${account.role}`), render: (account) => t(`role.${account.role}`) },
    { key: 'organizations', title: t('accounts.organizations'), wide: true, sortBy: whose, render: whose },
    { key: 'state', title: t('accounts.state'), sortBy: (account) => statesOf(account)[0],
      render: (account) => (
        <>
          {statesOf(account).map((state) => <span key={state} className={`badge account-${state}`}>{t(`accountState.${state}`)}</span>)}
          {account.secondFactor && <span className="badge">{t('accounts.hasFactor')}</span>}
        </>
      ) },
  ];
  const shown = accounts.filter((account) => matches(account, organizationsOf(account), find));
  return (
    <>
      <div className="panel-head">
        <p className="faint">{t('accounts.count', { count: shown.length, shown: formatCount(shown.length) })}</p>
        <label className="inline-field">
          <span className="only-read">{t('accounts.find')}</span>
          <input type="search" className="text-input find-input" placeholder={t('accounts.find')} value={find} onChange={(event) => setFind(event.target.value)} />
        </label>
      </div>
      {shown.length === 0
        ? <Empty title={t('accounts.noneFound', { find: find.trim() })} icon="user" />
        : <DataTable caption={t('accounts.title')} columns={columns} rows={shown} rowKey={(account) => account.user} cards />}
    </>
  );
}
