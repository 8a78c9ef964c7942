// A person who is shown masked, to somebody who has to know who it is: the reason, then the name, the telephone and the numbers, as long
// as this stays open. The server notes who asked and why.
import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { call } from '../api/client';
import { useWords } from '../i18n';
import { useErrorText } from '../ui/states';

export interface Shown {
  id: string;
  name: string;
  phone: string | null;
  idNumber: string | null;
  address: string | null;
}

export function Unmask({ patient }: { patient: string }) {
  const { t } = useWords();
  const words = useErrorText();
  const id = useId();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const ask = useMutation({
    mutationFn: () => call<Shown>(`/api/patients/${encodeURIComponent(patient)}/unmask`, { method: 'POST', body: { reason: reason.trim() } }),
  });
  const close = () => {
    setOpen(false);
    setTried(false);
    ask.reset();   // what was shown goes away
  };
  const send = () => {
    setTried(true);
    if (reason.trim() !== '' && !ask.isPending) ask.mutate();
  };
  const fault = tried && reason.trim() === '';
  if (!open) return <button type="button" className="tool unmask-open" onClick={() => setOpen(true)}>{t('unmask.show')}</button>;
  if (ask.data) {
    const { name, phone, idNumber, address } = ask.data;
    const facts: [string, string | null][] = [[t('record.name'), name], [t('unmask.phone'), phone], [t('unmask.idNumber'), idNumber], [t('unmask.address'), address]];
    return (
      <div className="unmask" role="status">
        <dl className="facts">
          {facts.filter(([, value]) => value).map(([title, value]) => <div key={title}><dt>{title}</dt><dd>{value}</dd></div>)}
        </dl>
        <button type="button" className="tool" onClick={close}>{t('unmask.hide')}</button>
      </div>
    );
  }
  return (
    <div className="unmask">
      <div className="field">
        <label htmlFor={id}>{t('unmask.reason')}</label>
        <input id={id} className="text-input" maxLength={100} autoComplete="off" autoFocus value={reason} onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') send();
          }} aria-invalid={fault || undefined} aria-describedby={`${id}-how`} />
        <span id={`${id}-how`} className={fault ? 'field-fault' : 'faint'} role={fault ? 'alert' : undefined}>{t(fault ? 'unmask.needReason' : 'unmask.how')}</span>
      </div>
      {ask.error && <p className="form-error" role="alert">{words(ask.error)}</p>}
      <div className="form-end">
        <button type="button" className="tool" onClick={close}>{t('common.cancel')}</button>
        <button type="button" className="tool tool-strong" disabled={ask.isPending} onClick={send}>{t('unmask.show')}</button>
      </div>
    </div>
  );
}
