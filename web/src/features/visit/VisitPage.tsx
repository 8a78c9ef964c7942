// Record a visit: all the programmes of one person in one form. What is typed is on this device at once; sending goes through
// the outbox, so that it works the same with and without a network.
import { useQueries } from '@tanstack/react-query';
import { useMemo, useRef, useState, type FormEvent } from 'react';
import { useCounty } from '../../api/queries';
import type { Mark } from '../../api/types';
import { addDays, daysBetween, instant } from '../../care/days';
import { isAbove, levelOf } from '../../care/level';
import { formName, formPath, formsOf, forStep } from '../../care/forms';
import { fromRecord, mergeForms, nextDateItem, nextDateOf, presets, type Field as MergedField, type Section } from '../../care/merge';
import { Back, PersonHead, unitWords } from '../../care/parts';
import { useFeatures, usePatient, useReferralRules, useToday } from '../../care/queries';
import { criterionName } from '../../care/referral';
import { itemsOf } from '../../care/rules';
import type { Answers, AnswerValue, FormAnswer, Person, Reading, Step } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate } from '../../lib/format';
import { localDay } from '../../lib/period';
import { addToOutbox, askAndKeep } from '../../offline/device';
import { newKey } from '../../offline/ids';
import { recall } from '../../offline/keep';
import { useDeviceDraft } from '../../offline/useDeviceDraft';
import { hrefTo, Link, navigate } from '../../router/router';
import { useMe } from '../../session/session';
import { Choice } from '../../ui/Choice';
import { MarkSign } from '../../ui/marks';
import { Empty, Failed, Loading } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { Basis, useBasis } from './Basis';
import { Field } from './Field';
import { answerWords, dangers, faults, isAsked, methods, namedDate, offAtFirst, requestOf, type Found, type Typed } from './visit';

export default function VisitPage({ id }: { id: string }) {
  const { t } = useWords();
  const today = useToday();
  const record = usePatient(id);
  const due = today.data?.people.find((each) => each.patient.id === id);
  const person = due?.patient ?? record.data?.patient;
  const steps = due?.steps ?? record.data?.steps;
  if (!person || !steps) {
    if (record.error && !record.isPending) return <Failed error={record.error} retry={() => void record.refetch()} />;
    return <Loading lines={8} tall />;
  }
  if (steps.length === 0) {
    return (
      <div className="page care-page">
        <PersonHead person={person} back={<Back to={`/patients/${encodeURIComponent(id)}`} label={t('visit.back')} />} />
        <section className="panel"><Empty title={t('visit.nothingDue')} icon="check"><p>{t('visit.nothingDueHow')}</p></Empty></section>
      </div>
    );
  }
  return <WithForms key={id} person={person} steps={steps} />;
}

function WithForms({ person, steps }: { person: Person; steps: Step[] }) {
  const me = useMe();
  const { t } = useWords();
  // The steps of the moment when the form was opened: what changes meanwhile is the server's to say (409).
  const [opened] = useState(steps);
  const questions = useMemo(() => formsOf(person.id, opened), [person.id, opened]);
  const answers = useQueries({
    queries: questions.map((question) => ({
      queryKey: ['care', formName(question), question.task],
      queryFn: async (): Promise<FormAnswer> => {
        const here = await recall<FormAnswer>(me.user, formName(question));
        const asked = askAndKeep<FormAnswer>(me.user, formName(question), formPath(question), { task: question.task });
        if (!here) return asked;
        const kept = forStep(here.value, question.task);
        // A kept form opens at once; a fresher one is waited for only a moment.
        return Promise.race([asked.catch(() => kept), new Promise<FormAnswer>((done) => setTimeout(() => done(kept), 1200))]);
      },
      staleTime: 60_000,
    })),
  });
  const failed = answers.find((answer) => answer.error);
  if (failed) {
    return (
      <div className="page care-page">
        <PersonHead person={person} back={<Back to="/" label={t('visit.back')} />} />
        <Failed error={failed.error} retry={() => answers.forEach((answer) => void answer.refetch())} />
      </div>
    );
  }
  if (answers.some((answer) => !answer.data)) return <Loading lines={10} tall />;
  return <VisitForm person={person} steps={opened} loaded={answers.map((answer) => answer.data as FormAnswer)} />;
}

function VisitForm({ person, steps, loaded }: { person: Person; steps: Step[]; loaded: FormAnswer[] }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const me = useMe();
  const { data: county } = useCounty();
  const features = useFeatures();
  const level = levelOf(me, county);
  const draft = useDeviceDraft<Typed>(me.user, `visit.${person.id}`, () => ({ clientKey: newKey(), values: {}, off: offAtFirst(steps, level, localDay(new Date())), ticked: [], method: 'clinic', note: '' }));
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const today = localDay(new Date());
  const typed = draft.value;

  const on = (step: Step): boolean => !typed.off.includes(step.task);
  const shownForms = useMemo(
    () => loaded.filter((each) => steps.some((step) => step.form === each.form.id && !typed.off.includes(step.task)))
      // Of two steps with one form, what the record says is of the one that it was asked for.
      .map((each) => (typed.off.includes(each.task) ? { ...each, initial: {}, usualDays: undefined } : each)),
    [loaded, steps, typed.off],
  );
  const forms = useMemo(() => shownForms.map((each) => each.form), [shownForms]);
  const sections = useMemo(() => mergeForms(forms), [forms]);
  const preset = useMemo(() => presets(sections, shownForms), [sections, shownForms]);
  const record = useMemo(() => fromRecord(sections, shownForms), [sections, shownForms]);
  const values: Answers = { ...preset, ...record, ...typed.values };
  for (const [key, value] of Object.entries(typed.values)) if (value === '') delete values[key];
  const proposed = nextDateOf(shownForms, sections, values, today);
  const found = dangers(forms, sections, values);
  const wrong = faults(forms, sections, values);
  const refer = found.map(({ danger }) => danger.refer).find(Boolean);

  const set = (key: string, value: AnswerValue | undefined) => draft.change((old) => ({ values: { ...old.values, [key]: value ?? '' } }));
  const readings = (field: MergedField): Reading[] => {
    const of = field.targets.map((target) => shownForms.find((each) => each.form.id === target.form)?.readings[target.item] ?? []);
    return [...of.sort((a, b) => b.length - a.length)[0] ?? []].sort((a, b) => b.on.localeCompare(a.on));
  };
  const dangerous = (field: MergedField): boolean =>
    found.some((each) => field.targets.some((target) => target.form === each.form && itemsOf(each.danger).includes(target.item))) ||
    found.some((each) => itemsOf(each.danger).includes(field.item.id));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong.size > 0) {
      const first = [...wrong.keys()][0];
      const place = [...(form.current?.querySelectorAll<HTMLElement>('[data-key]') ?? [])].find((each) => each.dataset.key === first);
      place?.scrollIntoView({ block: 'center' });
      place?.querySelector<HTMLElement>('input, textarea, select')?.focus({ preventScroll: true });
      return;
    }
    if (sending) return;
    setSending(true);
    const request = requestOf(person.id, typed, steps, forms, sections, values, instant(new Date()));
    // Measured now: for the first line of a referral.
    const words = sections.flatMap((section) => section.fields).filter((field) => field.item.type === 'quantity' && values[field.key] !== undefined)
      .map((field) => `${text(field.item.text)} ${String(values[field.key])} ${unitWords(field.item.unit)}`.trim()).join(t('saved.and'));
    try {
      await addToOutbox({
        id: request.clientKey, user: me.user, kind: 'visit', path: '/api/visits', body: request, patient: person.id, patientName: person.name,
        local: { dangers: found.map(({ danger }) => danger.id), words },
      });
    } catch {
      setSending(false);
      showToast({ text: t('visit.notSaved'), kind: 'bad' });
      return;
    }
    await draft.drop();
    if (refer) {
      navigate(hrefTo(`/patients/${encodeURIComponent(person.id)}/refer`, { criterion: refer.criterion, urgency: refer.urgency, visit: request.clientKey }));
      return;
    }
    showToast({ text: t('visit.saved', { name: person.name }) });
    navigate(hrefTo('/'));
  };

  const sources = useBasis(forms, steps.filter((step) => step.form && on(step)));
  const withoutForm = steps.filter((step) => !step.form);
  const withForm = steps.filter((step) => step.form);
  const forOthers = steps.filter((step) => isAbove(level, step.who));
  const titleOf = (section: Section): string =>
    section.form === '' ? (section.fields.some((field) => field.key === nextDateItem) ? '' : forms.length > 1 ? t('visit.shared') : '')
      : text(loaded.find((each) => each.form.id === section.form)?.form.title);
  return (
    <form ref={form} className="page care-page visit" noValidate onSubmit={(event) => void submit(event)}>
      <PersonHead person={person} back={<Back to="/" label={t('visit.back')} />} />
      {draft.restored && <p className="hint" role="status">{t('visit.restored')}</p>}
      <div className="visit-top">
        <Choice label={t('visit.method')} value={typed.method} options={methods.map((each) => [each as string, t(`visitMethod.${each}`)])} onChange={(method) => draft.change({ method })} />
        {(withForm.length > 1 || withForm.some((step) => forOthers.includes(step))) && (
          <div className="visit-programmes" role="group" aria-label={t('visit.programmes')}>
            {withForm.map((step) => (
              <label key={step.task} className={on(step) ? 'visit-option visit-option-on' : 'visit-option'}>
                <input type="checkbox" checked={on(step)} onChange={(event) => draft.change((old) => ({ off: event.target.checked ? old.off.filter((each) => each !== step.task) : [...old.off, step.task] }))} />
                <span>{withForm.some((other) => other !== step && other.pathway === step.pathway) ? text(step.name) : text(step.pathwayTitle)}</span>
              </label>
            ))}
          </div>
        )}
        {forOthers.map((step) => (
          <p key={step.task} className="hint">{t('visit.forOthers', { step: text(step.name), programme: text(step.pathwayTitle), levels: step.who.map((each) => t(`level.${each}`)).join(t('visit.or')) })}</p>
        ))}
      </div>
      {sections.map((section, index) => {
        const asked = section.fields.filter((field) => isAsked(field, forms, sections, values));
        // What is as last time stands folded in one line: only what is new is typed.
        const usual = asked.filter((field) => preset[field.key] !== undefined && record[field.key] === undefined && field.key !== nextDateItem);
        const fresh = asked.filter((field) => !usual.includes(field));
        const one = (field: MergedField) => (
          <div key={field.key} data-key={field.key}>
            {field.key === nextDateItem ? (
              <NextDate label={text(field.item.text)} named={namedDate(typed)} marks={sources.map((source) => source.mark)} proposed={proposed} today={today} change={(day) => set(nextDateItem, day)} />
            ) : (
              <Field field={field} value={values[field.key]} change={(value) => set(field.key, value)} readings={field.item.history ? readings(field) : []}
                fault={tried || (typed.values[field.key] !== undefined && wrong.get(field.key)?.kind === 'number') ? wrong.get(field.key) ?? null : null}
                given={typed.values[field.key] !== undefined ? null : record[field.key] !== undefined ? 'record' : preset[field.key] !== undefined ? 'last' : null} isDangerous={dangerous(field)} />
            )}
          </div>
        );
        const words = (field: MergedField): string => t('cases.filter', { name: text(field.item.text), words: answerWords(field, values[field.key], text, t('visit.yes'), t('visit.no')) });
        return (
          <section key={`${section.form}${index}`} className="panel visit-section" aria-label={titleOf(section) || t('visit.questions')}>
            {titleOf(section) && <h2>{titleOf(section)}</h2>}
            {fresh.map(one)}
            {usual.length > 0 && (
              <details className="visit-usual" open={(tried && usual.some((field) => wrong.has(field.key))) || undefined}>
                <summary>
                  <span className="visit-usual-title">{t('visit.usual', { count: usual.length })}</span>
                  <span className="visit-usual-words">{usual.map(words).join(' · ')}</span>
                </summary>
                <div className="visit-section">{usual.map(one)}</div>
              </details>
            )}
          </section>
        );
      })}
      {withoutForm.length > 0 && (
        <section className="panel visit-section" aria-label={t('visit.also')}>
          <h2>{t('visit.also')}</h2>
          {withoutForm.map((step) => (
            <div key={step.task} className="visit-also-row">
              <label className="visit-also">
                <input type="checkbox" checked={typed.ticked.includes(step.task)}
                  onChange={(event) => draft.change((old) => ({ ticked: event.target.checked ? [...old.ticked, step.task] : old.ticked.filter((each) => each !== step.task) }))} />
                <span>{text(step.name)} <span className="faint">{text(step.pathwayTitle)} · {formatDate(step.due, language)}</span></span>
              </label>
              {step.activity === 'consultation' && features?.consultation && <Link to={hrefTo(`/patients/${encodeURIComponent(person.id)}/consult`, { about: `Task/${step.task}` })}>{t('patient.consult')}</Link>}
            </div>
          ))}
        </section>
      )}
      <section className="panel visit-section">
        <div className="visit-field">
          <label htmlFor="visit-note">{t('visit.note')}</label>
          <textarea id="visit-note" className="text-input" rows={2} value={typed.note} onChange={(event) => draft.change({ note: event.target.value })} />
        </div>
      </section>
      <Basis sources={sources} />
      <div className="care-bar">
        {found.length > 0 && <DangerBox found={found} patient={person.id} />}
        {tried && wrong.size > 0 && <p className="form-error" role="alert">{t('visit.missing', { count: wrong.size })}</p>}
        <button type="submit" className={found.length > 0 && refer ? 'big-button big-button-danger' : 'big-button'} disabled={sending || !draft.ready}>
          {found.length > 0 && refer ? t('visit.saveAndRefer') : t('visit.save')}
        </button>
      </div>
    </form>
  );
}

// The limit is as sure as the criterion that it refers by.
function DangerBox({ found, patient }: { found: Found[]; patient: string }) {
  const text = useText();
  const features = useFeatures();
  const rules = useReferralRules(patient, 'up', features?.referral === true).data?.rules ?? [];
  const marks = (criterion: string | undefined): Mark[] => rules.filter((rule) => criterionName(rule) === criterion).map((rule) => rule.mark);
  return (
    <div className="danger" role="alert">
      {found.map(({ danger }) => <p key={danger.id}><strong>{text(danger.text)}</strong> <MarkSign marks={marks(danger.refer?.criterion)} /></p>)}
    </div>
  );
}

const quick = [14, 30, 90];

// Shown until somebody names another day; only a day that somebody named is sent, all else is the programme's.
function NextDate({ label, named, marks, proposed, today, change }: { label: string; named: string | null; marks: Mark[]; proposed: string | null; today: string; change: (day: string | undefined) => void }) {
  const { t } = useWords();
  const language = useLanguage();
  const value = named ?? proposed;
  const days = value ? daysBetween(today, value) : null;
  return (
    <div className="visit-field visit-next">
      <label htmlFor="visit-next-date">{label}</label>
      <span className="visit-entry">
        <input id="visit-next-date" className={named || !proposed ? 'text-input' : 'text-input visit-next-preset'} type="date" min={today} value={value ?? ''} aria-describedby="visit-next-how" onChange={(event) => change(event.target.value || undefined)} />
        {days !== null && <span className="visit-unit">{t('visit.inDays', { count: days })}</span>}
      </span>
      <span className="visit-quick">
        {quick.map((each) => (
          <button key={each} type="button" className="tool" aria-pressed={named !== null && days === each} onClick={() => change(addDays(today, each))}>{t('visit.quickDays', { count: each })}</button>
        ))}
        {named && <button type="button" className="link-button" onClick={() => change(undefined)}>{proposed ? t('visit.byRule', { date: formatDate(proposed, language) }) : t('visit.byRuleNoDate')}</button>}
      </span>
      <span id="visit-next-how" className="faint">{t(named ? 'visit.nextNamed' : proposed ? 'visit.nextByRule' : 'visit.nextNone')} {!named && proposed && <MarkSign marks={marks} />}</span>
    </div>
  );
}
