// Which roles must have a second factor. Holds at once, also for who is signed in.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { call } from '../../api/client';
import type { SignInRules as Rules } from '../../api/types';
import { useWords } from '../../i18n';
import { SideSheet } from '../../ui/SideSheet';
import { Answer, useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { roles } from './account';

const key = ['sign-in-rules'];

export function SignInRules({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const rules = useQuery({ queryKey: key, queryFn: ({ signal }) => call<Rules>('/api/sign-in-rules', { signal }) });
  return (
    <SideSheet title={<h2 className="side-sheet-h">{t('accounts.rules')}</h2>} width={480} onClose={onClose}>
      <Answer of={rules} lines={5}>{(found) => <Choice rules={found} onClose={onClose} />}</Answer>
    </SideSheet>
  );
}

function Choice({ rules, onClose }: { rules: Rules; onClose: () => void }) {
  const { t } = useWords();
  const words = useErrorText();
  const client = useQueryClient();
  const [chosen, setChosen] = useState(rules.secondFactorRoles);
  const save = useMutation({
    mutationFn: (secondFactorRoles: string[]) => call<Rules>('/api/sign-in-rules', { method: 'PATCH', body: { secondFactorRoles } }),
    onSuccess: (saved) => {
      client.setQueryData(key, saved);
      showToast({ text: t('accounts.rulesSaved') });
      onClose();
    },
  });
  return (
    <div className="form">
      <p>{t('accounts.rulesLead')}</p>
      <fieldset className="field">
        <legend>{t('accounts.rulesWho')}</legend>
        <div className="tick-list">
          {roles.map((role) => (
            <label key={role} className="check">
              <input type="checkbox" checked={chosen.includes(role)}
                onChange={(event) => setChosen(event.target.checked ? [...chosen, role] : chosen.filter((each) => each !== role))} /> {t(`role.${role}`)}
            </label>
          ))}
        </div>
      </fieldset>
      {save.error && <p className="form-error" role="alert">{words(save.error)}</p>}
      <div className="form-end">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate(chosen)}>{t('accounts.save')}</Button>
      </div>
    </div>
  );
}
