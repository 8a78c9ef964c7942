// Those under way on an earlier edition of a programme go over to the present one, with one reason: how far it is, a stop that leaves
// the rest as they are, and who was not moved and why.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { usePersonWords } from '../../care/parts';
import type { Pathway, Programme } from '../../care/types';
import { useText, useWords } from '../../i18n';
import { formatCount } from '../../lib/format';
import { changeSearch } from '../../router/router';
import { Button } from '../../ui/Button';
import { SideSheet } from '../../ui/SideSheet';
import { useErrorText } from '../../ui/states';
import { earlierPeople, moveAll, nothingMoved, type Progress } from './editions';

export function EditionSheet({ pathway, programme, organization }: { pathway: Pathway; programme: Programme; organization: string }) {
  const { t } = useWords();
  const text = useText();
  const words = useErrorText();
  const id = useId();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [all, setAll] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);
  const isRunning = progress?.state === 'moving';
  // Whoever goes away from the sheet has stopped it.
  useEffect(() => () => running.current?.abort(), []);
  const needsReason = tried && reason.trim() === '';
  const start = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (reason.trim() === '' || isRunning) return;
    const stop = new AbortController();
    running.current = stop;
    setError(null);
    setAll(earlierPeople(programme, pathway));
    // Who was moved before it was stopped counts too.
    const before = progress?.moved ?? 0;
    const tell = (now: Progress) => setProgress({ ...now, moved: before + now.moved });
    tell(nothingMoved);
    try {
      await moveAll({ pathway: pathway.id, organization, reason: reason.trim() }, stop.signal, tell);
    } catch (failure) {
      setError(failure);
      setProgress((old) => (old ? { ...old, state: 'stopped' } : old));
    } finally {
      for (const key of ['programme', 'programme-people', 'care']) void client.invalidateQueries({ queryKey: [key] });
    }
  };
  const close = () => changeSearch({ move: null });
  const left = progress?.left ?? [];
  const isDone = progress?.state === 'done';
  const remaining = earlierPeople(programme, pathway);
  return (
    <SideSheet title={<h2 className="side-sheet-h">{text(pathway.title)} · {t('editions.title')}</h2>} width={520} onClose={close}>
      <form className="form" noValidate onSubmit={(event) => void start(event)}>
        <h3 className="form-h">{t('editions.which')}</h3>
        <ul className="editions">
          {programme.editions.map((each) => (
            <li key={each.edition}>
              <span>{each.edition || t('editions.unknown')} {each.edition === pathway.edition && <span className="badge">{t('editions.present')}</span>}</span>
              <strong>{t('editions.people', { count: each.people, shown: formatCount(each.people) })}</strong>
            </li>
          ))}
        </ul>
        <p className="hint">{t('editions.how')}</p>
        {!isDone && (
          <div className="field">
            <label htmlFor={`${id}-reason`}>{t('editions.reason')}</label>
            <input id={`${id}-reason`} className="text-input big-input" maxLength={200} autoComplete="off" disabled={isRunning} value={reason} onChange={(event) => setReason(event.target.value)}
              aria-invalid={needsReason || undefined} aria-describedby={needsReason ? `${id}-fault` : undefined} />
            {needsReason && <span id={`${id}-fault`} className="field-fault" role="alert">{t('editions.needReason')}</span>}
          </div>
        )}
        {isRunning && <Bar done={progress.looked} all={Math.max(all, progress.looked)} />}
        {progress && !isRunning && (
          <p className={isDone ? 'form-good' : 'hint'} role="status">
            {t(isDone ? 'editions.done' : 'editions.stopped', { moved: formatCount(progress.moved), edition: pathway.edition })}
          </p>
        )}
        {error !== null && <p className="form-error" role="alert">{words(error)}</p>}
        {left.length > 0 && <Left people={left} />}
        <div className="form-end">
          {isRunning ? <Button onClick={() => running.current?.abort()}>{t('editions.stop')}</Button> : <Button onClick={close}>{t(progress ? 'common.close' : 'common.cancel')}</Button>}
          {!isDone && !isRunning && <Button kind="strong" type="submit" disabled={remaining === 0}>{t(progress ? 'editions.goOn' : 'editions.start')}</Button>}
        </div>
      </form>
    </SideSheet>
  );
}

function Bar({ done, all }: { done: number; all: number }) {
  const { t } = useWords();
  const percent = all === 0 ? 0 : Math.round((done / all) * 100);
  const said = t('editions.moving', { done: formatCount(done), all: formatCount(all) });
  return (
    <div className="progress">
      <div className="progress-track" role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-label={said}><div className="progress-done" style={{ width: `${percent}%` }} /></div>
      <span>{said}</span>
    </div>
  );
}

function Left({ people }: { people: Progress['left'] }) {
  const { t } = useWords();
  const text = useText();
  const words = usePersonWords();
  return (
    <>
      <h3 className="form-h">{t('editions.left', { count: people.length })}</h3>
      <ul className="people" tabIndex={0} aria-label={t('editions.left', { count: people.length })}>
        {people.map(({ patient, why }, index) => (
          <li key={`${patient.id} ${index}`} className="person">
            <span className="person-link">
              <span className="person-line"><strong className="person-name">{patient.name}</strong> <span className="faint">{words(patient)}</span></span>
              <span className="person-line faint">{text(why)}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
