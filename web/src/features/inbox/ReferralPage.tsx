// One referral: what is asked, what travels, what happened, and what I may do now, in place. On paper: the referral letter.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import { Attachments } from '../../care/Attachments';
import { Back, KeptNotice, PersonHead, Titled, UrgencyBadge } from '../../care/parts';
import { useReceivers, useReferral, useReferralRules } from '../../care/queries';
import { proposalOf, ruleOf } from '../../care/referral';
import { ConsentBox, PlanForm, ReceiverMenu, StateBadge } from '../../care/ReferralParts';
import type { Referral } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate, formatInstant } from '../../lib/format';
import { useDeviceDraft } from '../../offline/useDeviceDraft';
import { hrefTo, Link } from '../../router/router';
import { useMe } from '../../session/session';
import { Icon } from '../../ui/icons';
import { MarkSign } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Failed, Loading, useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { Letter } from './Letter';
import { bodyOf, draftNeeds, emptyFields, endsSomething, isProgram, missingOf, needsReason, noteOf, reasonKinds, receiverOfDraft, sortedVerbs, startAtFirst, waitsForAnswer, type VerbFields } from './inbox';
import { TimeLeft } from './TimeLeft';

export default function ReferralPage({ id }: { id: string }) {
  const answer = useReferral(id);
  if (answer.isPending) return <Loading lines={10} tall />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  return <Shown referral={answer.data} keptAt={answer.keptAt} />;
}

function Shown({ referral, keptAt }: { referral: Referral; keptAt: number | null }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const { patient } = referral;
  return (
    <>
      <Letter referral={referral} />
      <div className="page no-print">
        <PersonHead person={patient} back={<Back to="/inbox" label={t('nav.inbox')} />} />
        <KeptNotice keptAt={keptAt} />
        <div className="referral-state">
          <span className="badge action-accepted">{t(`referDirection.${referral.direction}`)}</span>
          <UrgencyBadge urgency={referral.urgency} />
          <StateBadge referral={referral} />
          {waitsForAnswer(referral) && <TimeLeft deadline={referral.answerBy} overdue={referral.overdue} />}
          <span className="referral-ways">
            <Link className="tool tool-big" to={hrefTo(`/patients/${encodeURIComponent(patient.id)}`)}><Icon name="people" size={16} />{t('referral.record')}</Link>
            <button type="button" className="tool tool-big" onClick={() => window.print()}><Icon name="print" size={16} />{t('referral.letter')}</button>
          </span>
        </div>
        <Proposed referral={referral} />
        <Verbs key={referral.version} referral={referral} />
        <div className="columns">
          <div className="page">
            <Panel title={t('referral.asked')}>
              <dl className="facts">
                <Fact label={t('referral.from')}>{[referral.from.name, referral.from.department, referral.from.practitioner].filter(Boolean).join(' · ')}</Fact>
                <Fact label={t('referral.to')}>{[referral.to.name || t('referral.noReceiver'), referral.to.department, referral.to.practitioner].filter(Boolean).join(' · ')}</Fact>
                <Fact label={t('refer.criterion')}>
                  {referral.criterionText && <>{text(referral.criterionText)} {referral.criterionMark && <MarkSign marks={[referral.criterionMark]} />}</>}
                </Fact>
                <Fact label={t('refer.reasonText')}>{referral.reason !== referral.criterionText?.zh && referral.reason}</Fact>
                <Fact label={t('referral.sentAt')}>{referral.sentAt && formatInstant(referral.sentAt, language)}</Fact>
                {referral.slot && <Fact label={t('referral.slot')}>{[referral.slot.start && formatInstant(referral.slot.start, language), referral.slot.department, referral.slot.bed].filter(Boolean).join(' · ')}</Fact>}
              </dl>
              {referral.summary && <p className="pre referral-summary">{referral.summary}</p>}
              <Attachments of={referral.attachments} />
            </Panel>
            {referral.results.length > 0 && (
              <Panel title={t('referral.results')}>
                <ul className="plain-list">{referral.results.map((each, index) => <li key={index}>{each.title && <strong><Titled of={each.title} /></strong>} <span className="pre">{each.text}</span></li>)}</ul>
              </Panel>
            )}
            {referral.plan && (
              <Panel title={t('referral.plan')}>
                <p className="pre">{referral.plan.text}</p>
                {referral.plan.nextDate && <p className="faint">{t('referral.nextDate')} {formatDate(referral.plan.nextDate, language)}</p>}
              </Panel>
            )}
          </div>
          <Panel title={t('referral.history')}>
            <ol className="history">
              {referral.history.map((each, index) => (
                <li key={index}>
                  <strong>{each.verb === 'propose' ? t('verb.propose') : each.stateName ? text(each.stateName) : each.state}</strong> <span>{isProgram(each.who) ? t('referral.program') : each.who}</span>{' '}
                  <span className="faint">{formatInstant(each.at, language)}</span>
                  {each.reason && <span className="history-note"><ReasonText referral={referral} reason={each.reason} /></span>}
                  {each.note && each.verb !== 'propose' && <span className="history-note">{noteOf(each, language)}</span>}
                </li>
              ))}
            </ol>
          </Panel>
        </div>
      </div>
    </>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return children ? <div><dt>{label}</dt><dd>{children}</dd></div> : null;
}

function ReasonText({ referral, reason }: { referral: Referral; reason: string }) {
  const text = useText();
  const reasons = useReferralRules(referral.patient.id, referral.direction).data?.reasons ?? {};
  return <>{text(Object.values(reasons).flat().find((each) => each?.id === reason)?.text) || reason}</>;
}

// Nobody has decided this yet: what was proposed, from when, and what is to be done.
function Proposed({ referral }: { referral: Referral }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const proposal = proposalOf(referral);
  if (!proposal) return null;
  return (
    <section className="hint proposed" aria-label={t('verb.propose')}>
      <p>{t('referral.proposedOn', { date: formatDate(proposal.at, language) })}</p>
      <p><strong>{text(referral.criterionText) || referral.reason}</strong></p>
      {referral.may.includes('send') && <p>{t(referral.urgency === 'emergency' ? 'referral.proposedEmergencyHow' : 'referral.proposedHow')}</p>}
    </section>
  );
}

function useVerbName(referral: Referral): (verb: string) => string {
  const { t } = useWords();
  const proposed = proposalOf(referral) !== undefined;
  return (verb) => t(`verb.${proposed && verb === 'withdraw' ? 'do-not-refer' : verb}`);
}

function Verbs({ referral }: { referral: Referral }) {
  const { t } = useWords();
  const verbName = useVerbName(referral);
  const may = sortedVerbs(referral.may);
  // A draft is there to be decided: one of its forms is always open, the way to the other stands below it.
  const isDraft = may.includes('send');
  const [open, setOpen] = useState<string | null>(isDraft ? 'send' : null);
  if (may.length === 0) return null;
  const row = (
    <div className="verb-row">
      {may.filter((verb) => !isDraft || verb !== open).map((verb, index) => (
        <button key={verb} type="button" aria-expanded={open === verb} className={`tool tool-big ${endsSomething(verb) ? 'tool-danger' : index === 0 && !isDraft ? 'tool-strong' : ''}`} onClick={() => setOpen(open === verb ? null : verb)}>
          {verb === 'send' ? t('referral.sendAfterAll') : verbName(verb)}
        </button>
      ))}
    </div>
  );
  return (
    <section className="panel verbs" aria-label={t('referral.now')}>
      {!isDraft && row}
      {open && <VerbForm key={open} verb={open} referral={referral} close={() => setOpen(null)} />}
      {isDraft && row}
    </section>
  );
}

function VerbForm({ verb, referral, close }: { verb: string; referral: Referral; close: () => void }) {
  const { t } = useWords();
  const text = useText();
  const me = useMe();
  const id = useId();
  const words = useErrorText();
  const client = useQueryClient();
  const draft = useDeviceDraft<VerbFields>(me.user, `verb.${referral.id}.${verb}`, () => ({ ...emptyFields, start: startAtFirst(verb, referral.urgency, Date.now()) }));
  const fields = draft.value;
  const rules = useReferralRules(referral.patient.id, referral.direction);
  const needs = draftNeeds(referral);
  const withPlan = verb === 'send-down' || (verb === 'send' && needs?.plan === true);
  const receivers = useReceivers(referral.patient.id, referral.direction, ruleOf(rules.data?.rules ?? [], referral.criterion)?.services?.[0] ?? '', verb === 'send');
  const receiver = receiverOfDraft(receivers.data?.receivers ?? [], fields.receiver, referral.to.organization);
  const receiverName = receivers.data?.receivers.find((each) => each.organization === receiver)?.name ?? referral.to.name;
  const [tried, setTried] = useState(false);
  const whole = { ...fields, receiver };
  const missing = missingOf(verb, whole, needs);
  const verbName = useVerbName(referral)(verb);
  const act = useMutation({
    mutationFn: () => call<Referral>(`/api/referrals/${encodeURIComponent(referral.id)}/${verb}`, { method: 'POST', body: bodyOf(verb, whole, referral.version) }),
    onSuccess: async (next) => {
      await draft.drop();
      client.setQueryData(['care', `referral.${referral.id}`], next);
      for (const box of ['received', 'sent', 'review']) void client.invalidateQueries({ queryKey: ['care', `referrals.${box}`] });
      void client.invalidateQueries({ queryKey: ['care', `referrals.of.${referral.patient.id}`] });
      void client.invalidateQueries({ queryKey: ['work'] });
      showToast({ text: t('referral.done', { verb: verbName }) });
      close();
    },
    // Another was quicker: what stands now is shown, what was typed stays.
    onError: () => void client.invalidateQueries({ queryKey: ['care', `referral.${referral.id}`] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!missing && !act.isPending) act.mutate();
  };
  const reasons = rules.data?.reasons[reasonKinds[verb]] ?? [];
  const area = (field: 'note' | 'text', label: string, rows = 2) => (
    <div className="visit-field">
      <label htmlFor={`${id}-${field}`}>{label}</label>
      <textarea id={`${id}-${field}`} className="text-input" rows={rows} value={fields[field]} onChange={(event) => draft.change({ [field]: event.target.value })} />
    </div>
  );
  const input = (field: 'start' | 'department' | 'bed', label: string, type: string, more = {}) => (
    <div className="visit-field">
      <label htmlFor={`${id}-${field}`}>{label}</label>
      <input id={`${id}-${field}`} className="text-input" type={type} autoComplete="off" value={fields[field]} onChange={(event) => draft.change({ [field]: event.target.value })} {...more} />
    </div>
  );
  return (
    <form className="form verb-form" noValidate onSubmit={submit}>
      {draft.restored && <p className="hint" role="status">{t('common.draftRestored')}</p>}
      {verb === 'accept' && <div className="fields">{input('start', t('referral.slotStart'), 'datetime-local')}{input('department', t('refer.department'), 'text')}{input('bed', t('referral.bed'), 'text')}</div>}
      {needsReason(verb) && (
        <fieldset className="menu">
          <legend>{t('referral.reason')}</legend>
          {reasons.map((reason) => (
            <label key={reason.id} className={fields.reason === reason.id ? 'menu-item menu-item-on' : 'menu-item'}>
              <input type="radio" name={`${id}-reason`} checked={fields.reason === reason.id} onChange={() => draft.change({ reason: reason.id })} />
              <span>{text(reason.text)}</span>
            </label>
          ))}
        </fieldset>
      )}
      {verb === 'return-result' && area('text', t('referral.resultText'), 4)}
      {verb === 'send' && (
        <>
          <h2>{t('refer.to')}</h2>
          <ReceiverMenu receivers={receivers} chosen={receiver} choose={(organization) => draft.change({ receiver: organization })} />
          {input('department', t('refer.department'), 'text')}
        </>
      )}
      {withPlan && <PlanForm plan={fields} change={draft.change} />}
      {area('note', verb === 'interim' ? t('referral.interimNote') : t('referral.note'), verb === 'interim' ? 3 : 2)}
      {verb === 'send' && proposalOf(referral) && <ConsentBox given={fields.consent} change={(consent) => draft.change({ consent })} />}
      {tried && missing && <p className="form-error" role="alert">{missing === 'receiver' ? t('refer.needReceiver') : missing === 'consent' ? t('refer.needConsent') : t(`verbFault.${missing}`)}</p>}
      {act.error !== null && <p className="form-error" role="alert">{words(act.error)}</p>}
      <button type="submit" className={endsSomething(verb) ? 'big-button big-button-danger' : 'big-button'} disabled={act.isPending}>{verb !== 'send' ? verbName : receiverName ? t('refer.sendTo', { to: receiverName }) : t('refer.send')}</button>
    </form>
  );
}
