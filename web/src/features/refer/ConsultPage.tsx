// Ask others for their opinion: one expert or several (MDT), in writing or at an hour, also from the city, for this patient only.
import { useMutation } from '@tanstack/react-query';
import { useCallback, useId, useState, type FormEvent, type ReactNode } from 'react';
import { call } from '../../api/client';
import { useCounty } from '../../api/queries';
import { AddFiles } from '../../care/AddFiles';
import { AttachedChoice } from '../../care/Attachments';
import { levelOf } from '../../care/level';
import { isTooLong } from '../../care/meeting';
import { Back, PersonHead } from '../../care/parts';
import { usePatient } from '../../care/queries';
import type { Attached, Consultation, PatientRecord, Urgency } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate } from '../../lib/format';
import { newKey } from '../../offline/ids';
import { useDeviceDraft } from '../../offline/useDeviceDraft';
import { hrefTo, navigate, usePlace } from '../../router/router';
import { useMe } from '../../session/session';
import { Choice } from '../../ui/Choice';
import { Failed, Loading, useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { alongWith, belongings, belongsAtFirst, chosenOf, type Belonging } from './refer';

// The newest, and what was added now.
const mostDocuments = 10;

interface Typed {
  clientKey: string;
  mode: 'single' | 'mdt';
  kind: 'written' | 'scheduled';
  urgency: Urgency;
  question: string;
  // '' : of no course; undefined: not said.
  about?: string;
  invited: string[];
  scheduledAt: string;
  meeting: string;
  find: string;
  added: Attached[];
  without: string[];
}

export default function ConsultPage({ id }: { id: string }) {
  const record = usePatient(id);
  const asked = usePlace().search.get('about') ?? '';
  if (record.data) return <Form key={asked} record={record.data} asked={asked} />;
  if (record.isPending) return <Loading lines={10} tall />;
  return <Failed error={record.error} retry={() => void record.refetch()} />;
}

function Form({ record: { patient: person, documents, enrolments, steps }, asked }: { record: PatientRecord; asked: string }) {
  const { t } = useWords();
  const me = useMe();
  const id = useId();
  const words = useErrorText();
  const { data: county } = useCounty();
  const choices = belongings(enrolments, steps);
  const first = belongsAtFirst(choices, asked, levelOf(me, county));
  // What is asked for one step is not mixed with another question.
  const draft = useDeviceDraft<Typed>(me.user, `consult.${person.id}${first ? `.${first}` : ''}`, () => ({ clientKey: newKey(), mode: first ? 'mdt' : 'single', kind: 'written', urgency: 'routine', question: '', invited: [], scheduledAt: '', meeting: '', find: '', added: [], without: [] }));
  const typed = draft.value;
  const [tried, setTried] = useState(false);
  const [unsent, setUnsent] = useState(0);
  const { change } = draft;
  const add = useCallback((document: Attached) => change(({ added }) => ({ added: [...added, document] })), [change]);
  const travels = alongWith(typed.added, documents, mostDocuments);
  const about = typed.about !== undefined && (typed.about === '' || choices.some((each) => each.reference === typed.about)) ? typed.about : first;
  const missing = typed.question.trim() === '' || typed.invited.length === 0 || (typed.kind === 'scheduled' && typed.scheduledAt === '');
  const tooLong = typed.kind === 'scheduled' && isTooLong(typed.meeting);
  const meeting = typed.meeting.trim();
  const send = useMutation({
    mutationFn: () => call<Consultation>('/api/consultations', {
      method: 'POST',
      body: {
        clientKey: typed.clientKey, patient: person.id, kind: typed.kind, mode: typed.mode, urgency: typed.urgency, question: typed.question.trim(), attachments: chosenOf(travels, typed.without),
        ...(about ? { about } : {}), invited: typed.invited.map((organization) => ({ organization })), ...(typed.kind === 'scheduled' ? { scheduledAt: `${typed.scheduledAt}:00+08:00`, ...(meeting === '' ? {} : { meeting }) } : {}),
      },
    }),
    onSuccess: async (made) => {
      await draft.drop();
      showToast({ text: t('consult.sent') });
      navigate(hrefTo(`/consultations/${encodeURIComponent(made.id)}`));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (about !== null && !missing && !tooLong && unsent === 0 && !send.isPending) send.mutate();
  };
  const rank = (kind: string): number => (kind.startsWith('county') ? 0 : kind === 'city' ? 1 : kind === 'province' ? 2 : 9);
  const find = typed.find.trim();
  const others = (county?.organizations ?? [])
    .filter((each) => !me.organizations.includes(each.code) && (rank(each.kind) < 9 || typed.invited.includes(each.code)) && (find === '' || each.name.includes(find) || typed.invited.includes(each.code)))
    .sort((a, b) => rank(a.kind) - rank(b.kind)).slice(0, 30);
  return (
    <form className="page care-page" noValidate onSubmit={submit}>
      <PersonHead person={person} back={<Back to={`/patients/${encodeURIComponent(person.id)}`} label={t('visit.back')} />} />
      <h2 className="list-head">{t('consult.title')}</h2>
      {draft.restored && <p className="hint" role="status">{t('visit.restored')}</p>}
      {choices.length > 0 && <BelongsTo choices={choices} about={about} isMissing={tried && about === null} change={(chosen) => change({ about: chosen })} />}
      <section className="panel visit-section" aria-label={t('consult.question')}>
        <div className="visit-top">
          <Choice label={t('consult.mode')} value={typed.mode} options={(['single', 'mdt'] as const).map((each) => [each, t(`consultMode.${each}`)])} onChange={(mode) => draft.change({ mode })} />
          <Choice label={t('consult.kind')} value={typed.kind} options={(['written', 'scheduled'] as const).map((each) => [each, t(`consultKind.${each}`)])} onChange={(kind) => draft.change({ kind })} />
          <Choice label={t('refer.urgency')} value={typed.urgency} options={(['routine', 'urgent', 'emergency'] as const).map((each) => [each, t(`urgency.${each}`)])} onChange={(urgency) => draft.change({ urgency })} />
        </div>
        {typed.kind === 'scheduled' && (
          <>
            <div className="visit-field">
              <label htmlFor={`${id}-when`}>{t('consult.when')}</label>
              <input id={`${id}-when`} className="text-input" type="datetime-local" value={typed.scheduledAt} onChange={(event) => draft.change({ scheduledAt: event.target.value })} />
              <span className="faint">{t('consult.whenHow')}</span>
            </div>
            <div className="visit-field">
              <label htmlFor={`${id}-meeting`}>{t('consult.meeting')}</label>
              <input id={`${id}-meeting`} className="text-input" type="text" autoComplete="off" value={typed.meeting} aria-invalid={tooLong || undefined} aria-describedby={`${id}-meeting-how`}
                onChange={(event) => draft.change({ meeting: event.target.value })} />
              <span id={`${id}-meeting-how`} className={tooLong ? 'field-fault' : 'faint'} role={tooLong ? 'alert' : undefined}>{t(tooLong ? 'consult.meetingTooLong' : 'consult.meetingHow')}</span>
            </div>
          </>
        )}
        <div className="visit-field">
          <label htmlFor={`${id}-question`}>{t('consult.question')}<span className="must" aria-hidden="true">*</span></label>
          <textarea id={`${id}-question`} className="text-input" rows={4} value={typed.question} onChange={(event) => draft.change({ question: event.target.value })} />
        </div>
      </section>
      <section className="panel visit-section" aria-label={t('consult.travels')}>
        <h2>{t('consult.travels')}</h2>
        {travels.length > 0 && <div><AttachedChoice of={travels} without={typed.without} change={(without) => change({ without })} /></div>}
        <AddFiles patient={person.id} place="consult" added={add} waits={setUnsent} />
      </section>
      <section className="panel visit-section" aria-label={t('consult.invited')}>
        <h2>{t('consult.invited')} {typed.invited.length > 0 && <span className="badge action-accepted">{typed.invited.length}</span>}</h2>
        <div className="visit-field">
          <label className="only-read" htmlFor={`${id}-find`}>{t('accounts.findOrganization')}</label>
          <input id={`${id}-find`} type="search" className="text-input" placeholder={t('accounts.findOrganization')} value={typed.find} onChange={(event) => draft.change({ find: event.target.value })} />
        </div>
        {others.map((each) => (
          <label key={each.code} className="visit-also">
            <input type={typed.mode === 'single' ? 'radio' : 'checkbox'} name={`${id}-invited`} checked={typed.invited.includes(each.code)}
              onChange={(event) => draft.change((old) => ({ invited: typed.mode === 'single' ? [each.code] : event.target.checked ? [...old.invited, each.code] : old.invited.filter((one) => one !== each.code) }))} />
            <span>{each.name} <span className="faint">{each.level}</span></span>
          </label>
        ))}
        <p className="faint">{t('consult.onlyThis')}</p>
      </section>
      <div className="care-bar">
        {tried && unsent > 0 && <p className="form-error" role="alert">{t('files.waiting', { count: unsent })}</p>}
        {tried && about === null && <p className="form-error" role="alert">{t('consult.aboutMissing')}</p>}
        {tried && missing && <p className="form-error" role="alert">{t('consult.missing')}</p>}
        {send.error !== null && <p className="form-error" role="alert">{words(send.error)}</p>}
        <button type="submit" className="big-button" disabled={send.isPending}>{t('consult.send')}</button>
      </div>
    </form>
  );
}

// Its conclusion ends the step that waits for it: nobody has to tick it, and no words are guessed at.
function BelongsTo({ choices, about, isMissing, change }: { choices: Belonging[]; about: string | null; isMissing: boolean; change: (about: string) => void }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const id = useId();
  const one = (reference: string, words: ReactNode) => (
    <label key={reference} className="visit-also">
      <input type="radio" name={`${id}-about`} checked={about === reference} onChange={() => change(reference)} />
      <span>{words}</span>
    </label>
  );
  return (
    <section className="panel visit-section" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('consult.about')}</h2>
      <div role="radiogroup" aria-labelledby={`${id}-title`} aria-describedby={`${id}-how`}>
        {choices.map(({ reference, title, step }) => one(reference, step
          ? <>{text(title)} · <strong>{text(step.name)}</strong> <span className="faint">{t('consult.aboutDue', { date: formatDate(step.due, language) })}</span></>
          : <>{text(title)} <span className="faint">{t('consult.aboutCourse')}</span></>))}
        {one('', t('consult.aboutNone'))}
      </div>
      <p id={`${id}-how`} className="faint">{t('consult.aboutHow')}</p>
      {isMissing && <p className="field-fault">{t('consult.aboutChoose')}</p>}
    </section>
  );
}
