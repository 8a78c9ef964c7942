// Records that were opened in an emergency, for the auditor or the director: who, whose by the first character, why; was it right?
import { useId, useState, type FormEvent } from 'react';
import type { EmergencyOpening } from '../../care/types';
import { useLanguage, useWords } from '../../i18n';
import { downloadCsv } from '../../lib/download';
import { formatInstant } from '../../lib/format';
import { changeSearch, usePlace } from '../../router/router';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/icons';
import { Answer, Empty, useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { pageSize, useEmergencies, useReview, type EmergencyList } from './emergencies';

export default function EmergenciesPage() {
  const { t } = useWords();
  const { search } = usePlace();
  const all = search.get('all') === '1';
  const offset = Math.max(0, Number(search.get('offset')) || 0);
  const list = useEmergencies(!all, offset);
  return (
    <div className="page">
      <div className="page-head"><h1>{t('emergency.reviewTitle')}</h1></div>
      <p className="lead">{t('emergency.reviewLead')}</p>
      <section className="panel" aria-label={t('emergency.reviewTitle')}>
        <div className="segmented" role="group" aria-label={t('emergency.which')}>
          {[false, true].map((each) => (
            <button key={String(each)} type="button" className="tool" aria-pressed={all === each} onClick={() => changeSearch({ all: each ? '1' : null, offset: null })}>
              {each ? t('emergency.all') : t('emergency.waitingOnly')}
            </button>
          ))}
        </div>
        <Answer of={list} lines={6}>{(answer) => <List answer={answer} all={all} offset={offset} />}</Answer>
      </section>
    </div>
  );
}

function List({ answer, all, offset }: { answer: EmergencyList; all: boolean; offset: number }) {
  const { t } = useWords();
  const language = useLanguage();
  if (answer.openings.length === 0) return <Empty title={all ? t('emergency.none') : t('emergency.noneWaiting')} icon="check"><p>{t('emergency.noneHow')}</p></Empty>;
  const reason = (each: EmergencyOpening) => t(`emergencyReason.${each.reason}`);
  const table = (): string[][] => [
    ['at', 'who', 'organization', 'patient', 'reason', 'text', 'state', 'reviewer', 'reviewedAt', 'note'].map((name) => t(`emergency.${name}`)),
    ...answer.openings.map((each) => [each.at, each.who, each.organizationName, each.patientName, reason(each), each.text, t(`emergencyState.${each.state}`), each.reviewer ?? '', each.reviewedAt ?? '', each.note ?? '']),
  ];
  return (
    <>
      <div className="panel-head">
        <p className="faint" aria-live="polite">{t('emergency.count', { count: answer.total, waiting: answer.waiting })}</p>
        <button type="button" className="tool no-print" onClick={() => downloadCsv(table(), t('emergency.reviewTitle'))}><Icon name="download" size={16} />{t('audit.download')}</button>
      </div>
      <ul className="emergencies">
        {answer.openings.map((each) => (
          <li key={each.id} className="emergency">
            <p className="emergency-head"><strong>{each.who}</strong> <span className="faint">{each.organizationName}</span> {t('emergency.openedOf')} <strong>{each.patientName}</strong></p>
            <p><span className="badge">{reason(each)}</span> {each.text}</p>
            <p className="faint">{t('emergency.span', { at: formatInstant(each.at, language), until: formatInstant(each.until, language) })}</p>
            {each.state === 'waiting' ? <Verdict opening={each} /> : (
              <p>
                <span className={each.state === 'justified' ? 'badge emergency-good' : 'badge emergency-badge'}>{t(`emergencyState.${each.state}`)}</span>{' '}
                {each.note} <span className="faint">{each.reviewer} · {formatInstant(each.reviewedAt ?? '', language)}</span>
              </p>
            )}
          </li>
        ))}
      </ul>
      {(offset > 0 || offset + pageSize < answer.total) && (
        <nav className="form-end" aria-label={t('emergency.pages')}>
          <button type="button" className="tool" disabled={offset === 0} onClick={() => changeSearch({ offset: offset > pageSize ? String(offset - pageSize) : null })}>{t('emergency.newer')}</button>
          <button type="button" className="tool" disabled={offset + pageSize >= answer.total} onClick={() => changeSearch({ offset: String(offset + pageSize) })}>{t('emergency.older')}</button>
        </nav>
      )}
    </>
  );
}

function Verdict({ opening }: { opening: EmergencyOpening }) {
  const { t } = useWords();
  const words = useErrorText();
  const id = useId();
  const [note, setNote] = useState('');
  const [missing, setMissing] = useState(false);
  const review = useReview(opening);
  const say = (justified: boolean) => (event: FormEvent) => {
    event.preventDefault();
    const needs = !justified && note.trim() === '';
    setMissing(needs);
    if (needs) document.getElementById(id)?.focus();
    else if (!review.isPending) review.mutate({ justified, note: note.trim() }, { onSuccess: () => showToast({ text: t('emergency.saved') }) });
  };
  return (
    <form className="emergency-verdict no-print" noValidate onSubmit={say(true)}>
      <label htmlFor={id}>{t('emergency.noteLabel')}</label>
      <input id={id} className="text-input" maxLength={200} autoComplete="off" value={note} onChange={(event) => setNote(event.target.value)}
        aria-invalid={missing || undefined} aria-describedby={missing ? `${id}-fault` : undefined} />
      {missing && <span id={`${id}-fault`} className="field-fault" role="alert">{t('emergency.noteMissing')}</span>}
      {review.error && <p className="form-error" role="alert">{words(review.error)}</p>}
      <div className="form-end">
        <Button kind="danger" onClick={say(false)} disabled={review.isPending}>{t('emergency.notJustified')}</Button>
        <Button kind="strong" type="submit" disabled={review.isPending}>{t('emergency.justified')}</Button>
      </div>
    </form>
  );
}
