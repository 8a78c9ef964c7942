// One consultation: the question, who was asked, their opinions side by side, one conclusion.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import { Attachments } from '../../care/Attachments';
import { linkIn } from '../../care/meeting';
import { Back, KeptNotice, PersonHead, UrgencyBadge } from '../../care/parts';
import { useConsultation } from '../../care/queries';
import type { Consultation, Signature } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatInstant } from '../../lib/format';
import { useDeviceDraft } from '../../offline/useDeviceDraft';
import { hrefTo, Link } from '../../router/router';
import { useMe } from '../../session/session';
import { Icon } from '../../ui/icons';
import { Panel } from '../../ui/Panel';
import { Failed, Loading, useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { TimeLeft } from './TimeLeft';

export default function ConsultationPage({ id }: { id: string }) {
  const answer = useConsultation(id);
  if (answer.isPending) return <Loading lines={10} tall />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  return <Shown consultation={answer.data} keptAt={answer.keptAt} />;
}

function Shown({ consultation, keptAt }: { consultation: Consultation; keptAt: number | null }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  return (
    <div className="page">
      <PersonHead person={consultation.patient} back={<Back to="/inbox?tab=consultations" label={t('nav.inbox')} />} />
      <KeptNotice keptAt={keptAt} />
      <div className="referral-state">
        <span className="badge action-accepted">{t(`consultMode.${consultation.mode}`)}</span>
        <span className="badge">{t(`consultKind.${consultation.kind}`)}</span>
        <UrgencyBadge urgency={consultation.urgency} />
        <span className="badge">{text(consultation.stateName)}</span>
        {consultation.state === 'open' && consultation.answerBy && consultation.opinions.length < consultation.invited.length && <TimeLeft deadline={consultation.answerBy} overdue={consultation.overdue ?? false} />}
        <span className="referral-ways"><Link className="tool tool-big" to={hrefTo(`/patients/${encodeURIComponent(consultation.patient.id)}`)}><Icon name="people" size={16} />{t('referral.record')}</Link></span>
      </div>
      <div className="columns">
        <div className="page">
          <Panel title={t('consult.question')}>
            <p className="pre consult-question">{consultation.question}</p>
            <p className="faint">{t('inbox.from', { name: [consultation.from.name, consultation.from.practitioner].filter(Boolean).join(' ') })} {consultation.sentAt && formatInstant(consultation.sentAt, language)}</p>
            {consultation.about && <p>{t('consult.about')} <strong>{text(consultation.about.title)}</strong></p>}
            {consultation.scheduledAt && <p>{t('consult.when')} <strong>{formatInstant(consultation.scheduledAt, language)}</strong></p>}
            {consultation.meeting && <Meeting meeting={consultation.meeting} />}
            <Attachments of={consultation.attachments} />
          </Panel>
          <Panel title={t('consult.invited')}>
            <ul className="plain-list">
              {consultation.invited.map((each, index) => (
                <li key={index}>{[each.name, each.practitioner].filter(Boolean).join(' · ')} <span className="badge">{each.stateName ? text(each.stateName) : each.state}</span>{each.note && <span className="faint"> {each.note}</span>}</li>
              ))}
            </ul>
          </Panel>
        </div>
        <div className="page">
          <Opinions consultation={consultation} />
          {consultation.conclusion && (
            <Panel title={t('consult.conclusion')}>
              <p className="pre consult-conclusion">{consultation.conclusion.text}</p>
              <p className="faint">{consultation.conclusion.who} {formatInstant(consultation.conclusion.at, language)} <Signed by={consultation.conclusion.signed} /></p>
            </Panel>
          )}
          <ConsultVerbs key={consultation.version} consultation={consultation} />
        </div>
      </div>
    </div>
  );
}

// Of what was signed and altered since, and of what is older than signatures, nobody can say so.
function Signed({ by }: { by: Signature | null }) {
  const { t } = useWords();
  return by ? <span className="badge action-accepted" title={by.sha256}>{t('consult.signed')}</span> : <span className="badge">{t('consult.notSigned')}</span>;
}

function Meeting({ meeting }: { meeting: string }) {
  const { t } = useWords();
  const found = linkIn(meeting);
  return (
    <p className="consult-meeting">
      {t('consult.where')} {found ? <><a href={found.link} target="_blank" rel="noopener noreferrer">{found.link}</a> {found.rest}</> : <strong>{meeting}</strong>}
    </p>
  );
}

function Opinions({ consultation }: { consultation: Consultation }) {
  const { t } = useWords();
  const language = useLanguage();
  return (
    <Panel title={`${t('consult.opinions')} ${consultation.opinions.length} / ${consultation.invited.length}`}>
      {consultation.opinions.length === 0 && <p className="faint">{t('consult.noOpinion')}</p>}
      <ul className="opinions">
        {consultation.opinions.map((each, index) => (
          <li key={index} className="opinion">
            <p><strong>{each.who}</strong> <span className="faint">{each.organizationName} {formatInstant(each.at, language)} <Signed by={each.signed} /></span></p>
            <dl className="facts">
              {each.diagnosis && <div><dt>{t('consult.diagnosis')}</dt><dd>{each.diagnosis}</dd></div>}
              <div><dt>{t('consult.advice')}</dt><dd className="pre">{each.advice}</dd></div>
              {each.transfer ? <div><dt>{t('consult.transfer')}</dt><dd>{each.transfer === true ? t('visit.yes') : each.transfer}</dd></div> : null}
            </dl>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface Fields {
  diagnosis: string;
  advice: string;
  transfer: boolean;
  text: string;
  note: string;
}

const quickVerbs = ['accept', 'close', 'withdraw', 'decline'];

function ConsultVerbs({ consultation }: { consultation: Consultation }) {
  const { t } = useWords();
  const me = useMe();
  const id = useId();
  const words = useErrorText();
  const client = useQueryClient();
  const draft = useDeviceDraft<Fields>(me.user, `opinion.${consultation.id}`, () => ({ diagnosis: '', advice: '', transfer: false, text: '', note: '' }));
  const fields = draft.value;
  const [tried, setTried] = useState('');
  const act = useMutation({
    mutationFn: (verb: string) => call<Consultation>(`/api/consultations/${encodeURIComponent(consultation.id)}/${verb}`, {
      method: 'POST',
      body: {
        version: consultation.version, ...(fields.note.trim() ? { note: fields.note.trim(), reason: fields.note.trim() } : {}),
        ...(verb === 'opine' ? { opinion: { diagnosis: fields.diagnosis.trim(), advice: fields.advice.trim(), transfer: fields.transfer } } : {}),
        ...(verb === 'conclude' ? { text: fields.text.trim() } : {}),
      },
    }),
    onSuccess: async (next, verb) => {
      await draft.drop();
      client.setQueryData(['care', `consultation.${consultation.id}`], next);
      for (const key of [['care', 'consultations.received'], ['care', 'consultations.sent'], ['work']]) void client.invalidateQueries({ queryKey: key });
      showToast({ text: t('referral.done', { verb: t(`consultVerb.${verb}`) }) });
    },
    onError: () => void client.invalidateQueries({ queryKey: ['care', `consultation.${consultation.id}`] }),
  });
  if (consultation.may.length === 0) return null;
  const can = (verb: string) => consultation.may.includes(verb);
  const missing = (verb: string) => (verb === 'opine' ? fields.advice.trim() === '' : verb === 'conclude' ? fields.text.trim() === '' : verb === 'decline' && fields.note.trim() === '');
  const run = (verb: string) => {
    setTried(verb);
    if (!missing(verb) && !act.isPending) act.mutate(verb);
  };
  const area = (field: 'diagnosis' | 'advice' | 'text' | 'note', label: string, rows: number) => (
    <div className="visit-field">
      <label htmlFor={`${id}-${field}`}>{label}</label>
      <textarea id={`${id}-${field}`} className="text-input" rows={rows} value={fields[field]} onChange={(event) => draft.change({ [field]: event.target.value })} />
    </div>
  );
  const submit = (verb: string) => (event: FormEvent) => {
    event.preventDefault();
    run(verb);
  };
  return (
    <section className="panel verbs" aria-label={t('referral.now')}>
      {draft.restored && <p className="hint" role="status">{t('common.draftRestored')}</p>}
      {can('opine') && (
        <form className="form" noValidate onSubmit={submit('opine')}>
          <h2>{t('consult.myOpinion')}</h2>
          {area('diagnosis', t('consult.diagnosis'), 1)}
          {area('advice', t('consult.advice'), 4)}
          <label className="visit-also"><input type="checkbox" checked={fields.transfer} onChange={(event) => draft.change({ transfer: event.target.checked })} /><span>{t('consult.transfer')}</span></label>
          <button type="submit" className="big-button" disabled={act.isPending}>{t('consultVerb.opine')}</button>
        </form>
      )}
      {can('conclude') && (
        <form className="form" noValidate onSubmit={submit('conclude')}>
          <h2>{t('consult.conclusion')}</h2>
          {area('text', t('consult.conclusionText'), 4)}
          <button type="submit" className="big-button" disabled={act.isPending}>{t('consultVerb.conclude')}</button>
        </form>
      )}
      {(can('decline') || can('withdraw')) && area('note', can('decline') ? t('consult.whyNot') : t('referral.note'), 1)}
      <div className="verb-row">
        {quickVerbs.filter(can).map((verb) => (
          <button key={verb} type="button" className={`tool tool-big ${verb === 'accept' ? 'tool-strong' : verb === 'close' ? '' : 'tool-danger'}`} disabled={act.isPending} onClick={() => run(verb)}>{t(`consultVerb.${verb}`)}</button>
        ))}
      </div>
      {tried && missing(tried) && <p className="form-error" role="alert">{t(`consultFault.${tried}`)}</p>}
      {act.error !== null && <p className="form-error" role="alert">{words(act.error)}</p>}
    </section>
  );
}
