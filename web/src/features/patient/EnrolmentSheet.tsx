// The end of an enrolment by a person's word (moved away, declined, died …), or its hand-over to another institution or to the programme's
// present edition. What is typed stays until the server has taken it; it needs the network.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import { useCounty } from '../../api/queries';
import { usePathways } from '../../care/queries';
import type { Enrolment } from '../../care/types';
import { useText, useWords } from '../../i18n';
import { localDay } from '../../lib/period';
import { changeSearch } from '../../router/router';
import { Button } from '../../ui/Button';
import { useNames } from '../../ui/names';
import { SideSheet } from '../../ui/SideSheet';
import { useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { handOverGroups } from './handOver';

type Deed = 'end' | 'hand-over' | 'edition';

export function EnrolmentSheet({ enrolment, person }: { enrolment: Enrolment; person: string }) {
  const { t } = useWords();
  const text = useText();
  const words = useErrorText();
  const id = useId();
  const client = useQueryClient();
  const county = useCounty();
  const names = useNames();
  const pathways = usePathways();
  const pathway = pathways.data?.pathways.find((each) => each.id === enrolment.pathway);
  const [deed, setDeed] = useState<Deed>('end');
  const [typed, setTyped] = useState({ exit: '', on: '', organization: '', reason: '' });
  const [tried, setTried] = useState(false);
  const change = (part: Partial<typeof typed>) => setTyped({ ...typed, ...part });
  const isOld = Boolean(pathway && enrolment.edition && pathway.edition !== enrolment.edition);
  const deeds: Deed[] = isOld ? ['end', 'hand-over', 'edition'] : ['end', 'hand-over'];
  const groups = handOverGroups(county.data?.organizations ?? [], enrolment.organization);
  const isDeath = deed === 'end' && typed.exit === 'death';
  const faults = {
    exit: deed === 'end' && !typed.exit ? t('enrolment.needExit') : '',
    organization: deed === 'hand-over' && !typed.organization ? t('enrolment.needOrganization') : '',
    reason: deed !== 'end' && typed.reason.trim() === '' ? t('enrolment.needReason') : '',
  };
  const at = `/api/enrolments/${encodeURIComponent(enrolment.id ?? '')}`;
  const close = () => changeSearch({ enrolment: null });
  const send = useMutation({
    mutationFn: () => {
      const reason = typed.reason.trim();
      if (deed === 'end') return call(`${at}/exit`, { method: 'POST', body: { reason: typed.exit, note: reason, ...(isDeath && typed.on ? { on: typed.on } : {}) } });
      return call(`${at}/move`, { method: 'POST', body: deed === 'hand-over' ? { organization: typed.organization, reason } : { edition: 'newest', reason } });
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['care'] });
      showToast({ text: t(`enrolmentDone.${deed}`, { title: text(enrolment.title) }) });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!faults.exit && !faults.organization && !faults.reason && !send.isPending) send.mutate();
  };
  const fault = (name: keyof typeof faults) => tried && faults[name] !== '' && <span id={`${id}-${name}-fault`} className="field-fault" role="alert">{faults[name]}</span>;
  const points = (name: keyof typeof faults) => ({ 'aria-invalid': tried && faults[name] !== '' ? true : undefined, 'aria-describedby': tried && faults[name] !== '' ? `${id}-${name}-fault` : undefined });
  return (
    <SideSheet title={<h2 className="side-sheet-h">{person} · {text(enrolment.title)}</h2>} width={520} onClose={close}>
      <form className="form" noValidate onSubmit={submit}>
        <div className="visit-options" role="group" aria-label={t('enrolment.what')}>
          {deeds.map((each) => (
            <button key={each} type="button" className={deed === each ? 'visit-option visit-option-on' : 'visit-option'} aria-pressed={deed === each} onClick={() => setDeed(each)}>{t(`enrolmentDeed.${each}`)}</button>
          ))}
        </div>
        {deed === 'end' && (
          <fieldset className="visit-field visit-choices" aria-describedby={points('exit')['aria-describedby']}>
            <legend>{t('enrolment.exit')}</legend>
            <div className="visit-options">
              {(pathway?.exits ?? []).filter((exit) => exit.byHand !== false).map((exit) => (
                <label key={exit.id} className={typed.exit === exit.id ? 'visit-option visit-option-on' : 'visit-option'}>
                  <input type="radio" name={`${id}-exit`} checked={typed.exit === exit.id} onChange={() => change({ exit: exit.id })} />
                  <span>{text(exit.name)}</span>
                </label>
              ))}
            </div>
            {fault('exit')}
            <p className="hint">{t(isDeath ? 'enrolment.deathHow' : 'enrolment.endHow')}</p>
          </fieldset>
        )}
        {isDeath && (
          <div className="field">
            <label htmlFor={`${id}-on`}>{t('enrolment.diedOn')}</label>
            <input id={`${id}-on`} className="text-input big-input" type="date" max={localDay(new Date())} value={typed.on} onChange={(event) => change({ on: event.target.value })} />
          </div>
        )}
        {deed === 'hand-over' && (
          <div className="field">
            <label htmlFor={`${id}-organization`}>{t('enrolment.organization')}</label>
            <select id={`${id}-organization`} className="text-input big-input" value={typed.organization} onChange={(event) => change({ organization: event.target.value })} {...points('organization')}>
              <option value="">{t('enrolment.choose')}</option>
              {groups.map((group) => (
                <optgroup key={group.name} label={group.name || t('enrolment.hospitals')}>
                  {group.organizations.map((each) => <option key={each.code} value={each.code}>{each.name}</option>)}
                </optgroup>
              ))}
            </select>
            {fault('organization')}
            <p className="hint">{t('enrolment.handOverHow', { organization: names.organization(enrolment.organization) })}</p>
          </div>
        )}
        {deed === 'edition' && <p className="hint">{t('enrolment.editionHow', { from: enrolment.edition, to: pathway?.edition ?? '' })}</p>}
        <div className="field">
          <label htmlFor={`${id}-reason`}>{deed === 'end' ? t('enrolment.note') : t('enrolment.reason')}</label>
          <input id={`${id}-reason`} className="text-input big-input" maxLength={200} autoComplete="off" value={typed.reason} onChange={(event) => change({ reason: event.target.value })} {...points('reason')} />
          {fault('reason')}
        </div>
        {send.error && <p className="form-error" role="alert">{words(send.error)}</p>}
        <div className="form-end">
          <Button onClick={close}>{t('common.cancel')}</Button>
          <Button kind={deed === 'end' ? 'danger' : 'strong'} type="submit" disabled={send.isPending}>{t(`enrolmentDeed.${deed}`)}</Button>
        </div>
      </form>
    </SideSheet>
  );
}
