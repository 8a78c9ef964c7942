// A record that other institutions keep, opened at once in an emergency: by the whole number of a card and a reason. What was typed
// stays until it is sent; it needs the network.
import { useMutation } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import { emergencyReasons } from '../../care/types';
import { useWords } from '../../i18n';
import { newKey } from '../../offline/ids';
import { changeSearch, hrefTo, Link, navigate } from '../../router/router';
import { Button } from '../../ui/Button';
import { SideSheet } from '../../ui/SideSheet';
import { useErrorText } from '../../ui/states';

interface Opened {
  patients: { id: string; name: string; until: string | null }[];
}

export const isCardNumber = (text: string): boolean => /^[0-9A-Za-z-]{8,32}$/.test(text.trim());

export function EmergencySheet({ number }: { number: string }) {
  const { t } = useWords();
  const words = useErrorText();
  const id = useId();
  const [typed, setTyped] = useState({ clientKey: newKey(), identifier: number, reason: '', text: '' });
  const [tried, setTried] = useState(false);
  const change = (part: Partial<typeof typed>) => setTyped({ ...typed, ...part });
  const faults = {
    identifier: isCardNumber(typed.identifier) ? '' : t('emergency.needNumber'),
    reason: typed.reason ? '' : t('emergency.needReason'),
    text: [...typed.text.trim()].length >= 2 ? '' : t('emergency.needText'),
  };
  const open = useMutation({
    mutationFn: () => call<Opened>('/api/emergency-openings', { method: 'POST', body: { ...typed, identifier: typed.identifier.trim(), text: typed.text.trim() } }),
    onSuccess: ({ patients }) => {
      if (patients.length === 1) navigate(hrefTo(`/patients/${encodeURIComponent(patients[0].id)}`), { replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!faults.identifier && !faults.reason && !faults.text && !open.isPending) open.mutate();
  };
  const fault = (name: keyof typeof faults) => tried && faults[name] !== '' && <span id={`${id}-${name}-fault`} className="field-fault" role="alert">{faults[name]}</span>;
  const points = (name: keyof typeof faults) => ({ 'aria-invalid': tried && faults[name] !== '' ? true : undefined, 'aria-describedby': tried && faults[name] !== '' ? `${id}-${name}-fault` : undefined });
  return (
    <SideSheet title={<h2 className="side-sheet-h">{t('emergency.title')}</h2>} width={520} onClose={() => changeSearch({ emergency: null })}>
      {open.data && open.data.patients.length > 1 ? (
        <>
          <p role="status">{t('emergency.several', { count: open.data.patients.length })}</p>
          <ul className="people">
            {open.data.patients.map((each, index) => (
              <li key={each.id} className="person"><Link className="person-link" to={hrefTo(`/patients/${encodeURIComponent(each.id)}`)}><strong className="person-name">{each.name}</strong> <span className="faint">{index + 1}</span></Link></li>
            ))}
          </ul>
        </>
      ) : (
        <form className="form" noValidate onSubmit={submit}>
          <p className="hint">{t('emergency.how')}</p>
          <div className="field">
            <label htmlFor={`${id}-number`}>{t('emergency.number')}</label>
            <input id={`${id}-number`} name="identifier" className="text-input big-input" autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={32} value={typed.identifier}
              onChange={(event) => change({ identifier: event.target.value })} {...points('identifier')} />
            {fault('identifier')}
          </div>
          <fieldset className="visit-field visit-choices" aria-describedby={points('reason')['aria-describedby']}>
            <legend>{t('emergency.reason')}</legend>
            <div className="visit-options">
              {emergencyReasons.map((reason) => (
                <label key={reason} className={typed.reason === reason ? 'visit-option visit-option-on' : 'visit-option'}>
                  <input type="radio" name={`${id}-reason`} checked={typed.reason === reason} onChange={() => change({ reason })} />
                  <span>{t(`emergencyReason.${reason}`)}</span>
                </label>
              ))}
            </div>
            {fault('reason')}
          </fieldset>
          <div className="field">
            <label htmlFor={`${id}-text`}>{t('emergency.text')}</label>
            <input id={`${id}-text`} name="text" className="text-input big-input" autoComplete="off" maxLength={180} placeholder={t('emergency.textHint')} value={typed.text}
              onChange={(event) => change({ text: event.target.value })} {...points('text')} />
            {fault('text')}
          </div>
          {open.error && <p className="form-error" role="alert">{words(open.error)}</p>}
          <div className="form-end">
            <Button onClick={() => changeSearch({ emergency: null })}>{t('common.cancel')}</Button>
            <Button kind="danger" type="submit" disabled={open.isPending}>{t('emergency.open')}</Button>
          </div>
        </form>
      )}
    </SideSheet>
  );
}
