// Name, role, organisations. What is wrong is said beside the field that is wrong; typed things stay until they are sent.
import { Button } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { call } from '../../api/client';
import type { Account, AccountReceipt } from '../../api/types';
import { useWords } from '../../i18n';
import { useDraft } from '../../lib/draft';
import { useMe } from '../../session/session';
import { useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { faultsOf, needsOrganizations, roles, type Fault, type Typed } from './account';
import { OrganizationChoice } from './OrganizationChoice';

interface AccountFormProps {
  account: Account | null;
  onMade: (receipt: AccountReceipt) => void;
  onSaved: () => void;
  onClose: () => void;
}

export function AccountForm({ account, onMade, onSaved, onClose }: AccountFormProps) {
  const { t } = useWords();
  const words = useErrorText();
  const client = useQueryClient();
  const me = useMe();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const isNew = account === null;
  // A new account that was half typed is still there tomorrow; of a present one only what is true now is shown.
  const draft = useDraft<Typed>(me.user, 'account', { user: '', name: '', role: '', organizations: [] });
  const [edited, setEdited] = useState<Typed>({ user: account?.user ?? '', name: account?.name ?? '', role: account?.role ?? '', organizations: account?.organizations ?? [] });
  const typed = isNew ? draft.value : edited;
  const change = (part: Partial<Typed>) => (isNew ? draft.change(part) : setEdited({ ...edited, ...part }));
  const [tried, setTried] = useState(false);
  const faults = faultsOf(typed);
  const fault = (field: keyof typeof faults): Fault | undefined => (tried ? faults[field] : undefined);
  const isOwn = account?.user === me.user;

  const save = useMutation({
    mutationFn: () => {
      const organizations = needsOrganizations(typed.role) ? typed.organizations : [];
      const body = { name: typed.name.trim(), role: typed.role, organizations };
      return isNew
        ? call<AccountReceipt>('/api/accounts', { method: 'POST', body: { ...body, user: typed.user.trim() } })
        : call<AccountReceipt>(`/api/accounts/${encodeURIComponent(account.user)}`, { method: 'PATCH', body });
    },
    onSuccess: (receipt) => {
      if (isNew) draft.drop();
      void client.invalidateQueries({ queryKey: ['accounts'] });
      if (isNew) onMade(receipt);
      else {
        showToast({ text: t('accounts.saved', { name: receipt.account.name || receipt.account.user }) });
        onSaved();
      }
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const wrong = Object.keys(faults)[0];
    if (wrong) form.current?.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus();
    else if (!save.isPending) save.mutate();
  };
  const told = (field: keyof typeof faults): ReactNode => {
    const found = fault(field);
    return found && <span id={`${id}-${field}-fault`} className="field-fault" role="alert">{t(`accountFault.${found}`)}</span>;
  };
  const points = (field: keyof typeof faults, help?: string) =>
    ({ 'aria-invalid': fault(field) ? true : undefined, 'aria-describedby': [fault(field) && `${id}-${field}-fault`, help].filter(Boolean).join(' ') || undefined });

  return (
    <form ref={form} className="form" noValidate onSubmit={submit}>
      {isNew && draft.restored && <p className="hint" role="status">{t('common.draftRestored')}</p>}
      <div className="fields">
        <div className="field">
          <label htmlFor={`${id}-user`}>{t('accounts.user')}</label>
          <input id={`${id}-user`} name="user" className="text-input" autoComplete="off" autoCapitalize="none" spellCheck={false} readOnly={!isNew} autoFocus={isNew}
            value={typed.user} onChange={(event) => change({ user: event.target.value })} {...points('user', `${id}-user-help`)} />
          {told('user')}
          <span id={`${id}-user-help`} className="faint">{isNew ? t('accounts.userHelp') : t('accounts.userFixed')}</span>
        </div>
        <div className="field">
          <label htmlFor={`${id}-name`}>{t('accounts.name')}</label>
          <input id={`${id}-name`} name="name" className="text-input" autoComplete="off" value={typed.name} onChange={(event) => change({ name: event.target.value })}
            placeholder={t('accounts.nameHint')} />
        </div>
      </div>
      <div className="field">
        <label htmlFor={`${id}-role`}>{t('accounts.role')}</label>
        <select id={`${id}-role`} name="role" className="text-input" value={typed.role} disabled={isOwn} onChange={(event) => change({ role: event.target.value })}
          {...points('role', `${id}-role-help`)}>
          {typed.role === '' && <option value="">{t('accounts.chooseRole')}</option>}
          {roles.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}
        </select>
        {told('role')}
        <span id={`${id}-role-help`} className="faint">{isOwn ? t('accounts.ownRole') : typed.role !== '' && t(`roleMay.${typed.role}`)}</span>
      </div>
      {needsOrganizations(typed.role) && (
        <OrganizationChoice chosen={typed.organizations} change={(organizations) => change({ organizations })} fault={told('organizations')} {...points('organizations')} />
      )}
      {save.error && <p className="form-error" role="alert">{words(save.error)}</p>}
      <div className="form-end">
        <Button onClick={onClose}>{isNew ? t('common.later') : t('common.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={save.isPending}>{isNew ? t('accounts.make') : t('accounts.save')}</Button>
      </div>
    </form>
  );
}
