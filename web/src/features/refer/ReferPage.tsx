// Refer somebody in under a minute: reason from the pack, urgency with it, receiver suggested with the why, what travels; send.
// It is in the outbox at once, so that it also works with no network.
import { useCallback, useId, useState, type FormEvent } from 'react';
import { AddFiles } from '../../care/AddFiles';
import { AttachedChoice } from '../../care/Attachments';
import { Back, PersonHead, unitWords } from '../../care/parts';
import { useFeatures, usePatient, useReceivers, useReferralRules, useReferralsOf, useToday } from '../../care/queries';
import { criterionName, firstOf, isOver, receiverOf, ruleOf } from '../../care/referral';
import { ConsentBox, PlanForm, ReceiverMenu } from '../../care/ReferralParts';
import type { Attached, Direction, PatientRecord, Person, ReferralRule, Urgency } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate } from '../../lib/format';
import { addToOutbox, useOutbox } from '../../offline/device';
import { newKey } from '../../offline/ids';
import { useDeviceDraft } from '../../offline/useDeviceDraft';
import { useCounty } from '../../api/queries';
import { levelOf } from '../../care/level';
import { hrefTo, Link, navigate, usePlace } from '../../router/router';
import { useMe } from '../../session/session';
import { Choice } from '../../ui/Choice';
import { MarkLegend, MarkSign } from '../../ui/marks';
import { Failed, Loading } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { alongWith, answerWithin, chosenOf, faultsOf, isLower, planOf, urgencyOf, type TypedReferral } from './refer';

const urgencies: Urgency[] = ['routine', 'urgent', 'emergency'];
const firstRules = 5;
// The newest, and what was added now.
const mostDocuments = 6;

export default function ReferPage({ id }: { id: string }) {
  const record = usePatient(id);
  const today = useToday();
  const person = record.data?.patient ?? today.data?.people.find((each) => each.patient.id === id)?.patient;
  if (person) return <Form person={person} record={record.data} />;
  if (record.isPending || today.isPending) return <Loading lines={10} tall />;
  return <Failed error={record.error} retry={() => void record.refetch()} />;
}

// Nobody is sent twice without knowing it.
function UnderWay({ patient, direction }: { patient: string; direction: Direction }) {
  const { t } = useWords();
  const text = useText();
  const features = useFeatures();
  const referrals = useReferralsOf(patient, features?.referral === true).data?.referrals ?? [];
  const open = referrals.find((each) => each.direction === direction && !isOver(each));
  if (!open) return null;
  return (
    <p className="hint" role="status">
      {open.state === 'draft' ? t('refer.draftThere', { direction: t(`referDirection.${direction}`) })
        : t('refer.already', { direction: t(`referDirection.${direction}`), to: open.to.name, state: text(open.stateName) })}{' '}
      <Link to={hrefTo(`/referrals/${encodeURIComponent(open.id)}`)}>{t('refer.open')}</Link>
    </p>
  );
}

function Form({ person, record }: { person: Person; record: PatientRecord | undefined }) {
  const { t } = useWords();
  const me = useMe();
  const id = useId();
  const { search } = usePlace();
  const { data: county } = useCounty();
  const level = levelOf(me, county);
  const directions: Direction[] = level === 'village' ? ['up', 'lateral'] : level === 'township' ? ['up', 'lateral', 'down'] : ['down', 'up', 'lateral'];
  const summaryNow = useSummary(person, record, search.get('visit'));
  const draft = useDeviceDraft<TypedReferral>(me.user, `refer.${person.id}`, () => ({
    clientKey: newKey(), direction: search.get('criterion') ? 'up' : directions[0], criterion: search.get('criterion') ?? '', urgency: (search.get('urgency') ?? '') as Urgency | '',
    receiver: '', department: '', reasonText: '', summary: '', added: [], without: [], consent: false, plan: { text: '', pathway: '', nextDate: '' },
  }));
  const typed = draft.value;
  const rules = useReferralRules(person.id, typed.direction);
  const all = rules.data?.rules ?? [];
  const rule = ruleOf(all, typed.criterion);
  const urgency = urgencyOf(typed.urgency, rule);
  const service = rule?.services?.[0] ?? '';
  const receivers = useReceivers(person.id, typed.direction, service);
  const receiver = receiverOf(receivers.data?.receivers ?? [], typed.receiver);
  const summary = typed.summary || summaryNow;
  const travels = alongWith(typed.added, record?.documents ?? [], mostDocuments);
  const { change } = draft;
  const add = useCallback((document: Attached) => change(({ added }) => ({ added: [...added, document] })), [change]);
  const [unsent, setUnsent] = useState(0);
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const wrong = faultsOf(typed, rule, receiver, urgency);
  const within = answerWithin(rules.data, urgency);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    // The button stays in sight, what is missing may not be.
    const form = event.currentTarget;
    if (wrong.length > 0) requestAnimationFrame(() => form.querySelector('.field-fault')?.scrollIntoView({ block: 'center' }));
    if (wrong.length > 0 || unsent > 0 || sending || !receiver) return;
    setSending(true);
    const body = {
      clientKey: typed.clientKey, patient: person.id, direction: typed.direction, urgency, type: urgency === 'emergency' ? 'emergency' : 'outpatient',
      criterion: rule ? criterionName(rule) : '', reasonText: typed.reasonText.trim(), summary: summary.trim(),
      receiver: { organization: receiver.organization, ...(typed.department.trim() ? { department: typed.department.trim() } : {}) },
      attachments: chosenOf(travels, typed.without), plan: planOf(typed, rule), consent: typed.consent, send: true,
    };
    try {
      await addToOutbox({ id: typed.clientKey, user: me.user, kind: 'referral', path: '/api/referrals', body, patient: person.id, patientName: person.name, local: { receiver: receiver.name } });
    } catch {
      setSending(false);
      showToast({ text: t('visit.notSaved'), kind: 'bad' });
      return;
    }
    await draft.drop();
    showToast({ text: t('refer.saved', { name: person.name, to: receiver.name }) });
    navigate(hrefTo('/outbox'));
  };

  return (
    <form className="page care-page" noValidate onSubmit={(event) => void submit(event)}>
      <PersonHead person={person} back={<Back to={`/patients/${encodeURIComponent(person.id)}`} label={t('visit.back')} />} />
      <h2 className="list-head">{t('refer.title')}</h2>
      {draft.restored && <p className="hint" role="status">{t('visit.restored')}</p>}
      <section className="panel visit-section" aria-label={t('refer.why')}>
        <Choice label={t('refer.direction')} value={typed.direction} options={directions.map((each) => [each, t(`referDirection.${each}`)])} onChange={(direction) => draft.change({ direction, criterion: '', receiver: '' })} />
        <UnderWay patient={person.id} direction={typed.direction} />
        {rules.isPending && <Loading lines={3} />}
        {rules.error !== null && rules.data === undefined && <p className="hint">{t('refer.noRules')}</p>}
        {all.length > 0 && <Rules rules={all} chosen={rule} choose={(each) => draft.change({ criterion: each ? criterionName(each) : '', urgency: '' })} />}
        <div className="visit-field">
          <label htmlFor={`${id}-reason`}>{t('refer.reasonText')}</label>
          <textarea id={`${id}-reason`} className="text-input" rows={2} value={typed.reasonText} onChange={(event) => draft.change({ reasonText: event.target.value })} />
          {tried && wrong.includes('criterion') && <span className="field-fault" role="alert">{t('refer.needReason')}</span>}
        </div>
        <Choice label={t('refer.urgency')} value={urgency} options={urgencies.map((each) => [each, t(`urgency.${each}`)])} onChange={(each) => draft.change({ urgency: each })} />
        {within && <p className="faint">{within.hours ? t('refer.withinHours', { count: within.hours }) : t('refer.withinMinutes', { count: within.minutes })}</p>}
        {rule?.urgency && isLower(urgency, rule.urgency) && <p className="hint">{t('refer.lowered', { urgency: t(`urgency.${rule.urgency}`) })}</p>}
      </section>
      <section className="panel visit-section" aria-label={t('refer.to')}>
        <h2>{t('refer.to')}</h2>
        <ReceiverMenu receivers={receivers} chosen={receiver?.organization} choose={(organization) => draft.change({ receiver: organization })} />
        {tried && wrong.includes('receiver') && <span className="field-fault" role="alert">{t('refer.needReceiver')}</span>}
        <div className="visit-field">
          <label htmlFor={`${id}-department`}>{t('refer.department')}</label>
          <input id={`${id}-department`} className="text-input" autoComplete="off" value={typed.department} onChange={(event) => draft.change({ department: event.target.value })} />
        </div>
      </section>
      {typed.direction === 'down' && (
        <section className="panel visit-section" aria-label={t('referral.plan')}>
          <h2>{t('referral.plan')}</h2>
          <PlanForm plan={{ ...typed.plan, pathway: typed.plan.pathway || rule?.plan || '' }} change={(plan) => draft.change((old) => ({ plan: { ...old.plan, ...plan } }))}
            fault={tried && wrong.includes('plan') && <span className="field-fault" role="alert">{t('verbFault.text')}</span>} />
        </section>
      )}
      <section className="panel visit-section" aria-label={t('refer.travels')}>
        <h2>{t('refer.travels')}</h2>
        <div className="visit-field">
          <label htmlFor={`${id}-summary`}>{t('refer.summary')}</label>
          <textarea id={`${id}-summary`} className="text-input" rows={4} value={summary} onChange={(event) => draft.change({ summary: event.target.value })} />
        </div>
        {travels.length > 0 && <div><AttachedChoice of={travels} without={typed.without} change={(without) => change({ without })} /></div>}
        <AddFiles patient={person.id} place="refer" added={add} waits={setUnsent} />
        <ConsentBox given={typed.consent} change={(consent) => draft.change({ consent })}>
          {tried && wrong.includes('consent') && <span className="field-fault" role="alert">{t('refer.needConsent')}</span>}
        </ConsentBox>
      </section>
      <div className="care-bar">
        {tried && unsent > 0 && <p className="form-error" role="alert">{t('files.waiting', { count: unsent })}</p>}
        <button type="submit" className={urgency === 'emergency' ? 'big-button big-button-danger' : 'big-button'} disabled={sending || !draft.ready}>
          {receiver ? t('refer.sendTo', { to: receiver.name }) : t('refer.send')}
        </button>
      </div>
    </form>
  );
}

function Rules({ rules, chosen, choose }: { rules: ReferralRule[]; chosen: ReferralRule | undefined; choose: (rule: ReferralRule | undefined) => void }) {
  const { t } = useWords();
  const text = useText();
  const id = useId();
  const [all, setAll] = useState(false);
  const shown = all ? rules : firstOf(rules, firstRules, (rule) => rule === chosen);
  return (
    <fieldset className="menu">
      <legend>{t('refer.criterion')}</legend>
      {shown.map((rule) => (
        <label key={criterionName(rule)} className={rule === chosen ? 'menu-item menu-item-on' : 'menu-item'}>
          <input type="radio" name={id} checked={rule === chosen} onChange={() => choose(rule)} />
          <span>
            {text(rule.text)} {rule.groupName && <span className="faint">{text(rule.groupName)}</span>}{' '}
            {rule.urgency && rule.urgency !== 'routine' && <span className={`badge urgency-${rule.urgency}`}>{t(`urgency.${rule.urgency}`)}</span>}{' '}
            <MarkSign marks={[rule.mark]} />
          </span>
        </label>
      ))}
      <MarkLegend marks={shown.map((rule) => rule.mark)} />
      {shown.length < rules.length && <button type="button" className="tool tool-big" onClick={() => setAll(true)}>{t('refer.moreRules', { count: rules.length - shown.length })}</button>}
    </fieldset>
  );
}

// What a receiver wants to read first, written from the record; the doctor changes what is not right.
function useSummary(person: Person, record: PatientRecord | undefined, visit: string | null): string {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const items = useOutbox();
  const today = useToday();
  const due = today.data?.people.find((each) => each.patient.id === person.id);
  const problems = record?.problems.map((problem) => problem.name || problem.code).slice(0, 6).join(t('saved.and'));
  const latest = record?.readings.map((reading) => {
    const last = [...reading.points].sort((a, b) => b.on.localeCompare(a.on))[0];
    return last && `${text(reading.name)} ${last.value} ${unitWords(reading.unit)} (${formatDate(last.on, language)})`;
  }).filter(Boolean).slice(0, 6).join(t('saved.and'))
    ?? due?.lastReadings.map((reading) => `${text(reading.name)} ${reading.value} ${unitWords(reading.unit)} (${formatDate(reading.on, language)})`).join(t('saved.and'));
  const item = items.find((each) => each.id === visit);
  const now = typeof item?.local.words === 'string' ? item.local.words : '';
  return [now && t('refer.nowWords', { words: now }), problems && t('refer.problemsWords', { words: problems }), latest && t('refer.readingsWords', { words: latest })].filter(Boolean).join('\n');
}
