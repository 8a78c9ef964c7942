// One person across all institutions: where on the way 防筛诊治康, what is due, problems, results as lines, one timeline,
// documents, referrals, and who has looked.
import { useState } from 'react';
import { AddFiles } from '../../care/AddFiles';
import { Attachments } from '../../care/Attachments';
import { Back, CourseLine, CourseMark, DueBadge, KeptNotice, PersonHead, unitWords, UrgencyBadge, useRecordTitle, useToday_ } from '../../care/parts';
import { daysBetween } from '../../care/days';
import { usePathways, usePatient } from '../../care/queries';
import { courses, type Course, type Enrolment, type PatientRecord, type Person, type Step } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate, formatInstant } from '../../lib/format';
import { addToOutbox, useOutbox } from '../../offline/device';
import { newKey } from '../../offline/ids';
import { hrefTo, hrefWith, Link, usePlace } from '../../router/router';
import { useFeatures, useReferralsOf } from '../../care/queries';
import { StateBadge } from '../../care/ReferralParts';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { Icon } from '../../ui/icons';
import { MarkSign } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Empty, Failed, Loading } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { EnrolmentSheet } from './EnrolmentSheet';
import { TrendLine } from './TrendLine';
import { years } from './timeline';

export default function PatientPage({ id }: { id: string }) {
  return id.startsWith('new:') ? <NewPatient id={id} /> : <Known id={id} />;
}

// Somebody who was added here and is not yet with the server.
function NewPatient({ id }: { id: string }) {
  const { t } = useWords();
  const items = useOutbox();
  const item = items.find((each) => each.kind === 'patient' && `new:${each.id}` === id);
  const known = (item?.answer as { id?: string } | null)?.id;
  if (known) return <Known id={known} />;
  if (!item) return <Empty page title={t('patient.gone')} icon="people"><Link to={hrefTo('/patients')}>{t('nav.patients')}</Link></Empty>;
  const body = item.body as Record<string, string>;
  const person: Person = { id, name: body.name, gender: body.gender, birthDate: body.birthDate, age: null, phone: body.phone, idNumber: '', organization: body.organization, organizationName: '', address: body.address };
  return (
    <div className="page care-page">
      <PersonHead person={person} back={<Back to="/patients" label={t('nav.patients')} />} />
      <section className="panel"><Empty title={t(`itemState.${item.state}`)} icon="clock"><p>{t('patient.notYetSent')}</p><Link className="button-link" to={hrefTo('/outbox')}>{t('saved.title')}</Link></Empty></section>
    </div>
  );
}

function Known({ id }: { id: string }) {
  const { t } = useWords();
  const language = useLanguage();
  const record = usePatient(id);
  if (record.isPending) return <Loading lines={10} tall />;
  if (!record.data) return <Failed error={record.error} retry={() => void record.refetch()} />;
  return (
    <div className="page patient">
      <PersonHead person={record.data.patient} back={<Back to="/patients" label={t('nav.patients')} />} />
      <KeptNotice keptAt={record.keptAt} />
      {record.data.emergencyUntil && <p className="emergency-notice" role="status">{t('emergency.readingUntil', { until: formatInstant(record.data.emergencyUntil, language) })}</p>}
      <Ways record={record.data} />
      <div className="columns">
        <div className="page">
          <Enrolments record={record.data} />
          <Readings record={record.data} />
          <Problems record={record.data} />
        </div>
        <div className="page">
          <Referrals patient={id} />
          <Timeline record={record.data} />
          <Documents record={record.data} />
          <Access record={record.data} />
        </div>
      </div>
    </div>
  );
}

function Ways({ record }: { record: PatientRecord }) {
  const { t } = useWords();
  const features = useFeatures();
  const at = `/patients/${encodeURIComponent(record.patient.id)}`;
  return (
    <nav className="ways no-print" aria-label={t('patient.ways')}>
      {record.steps.some((step) => step.form) && <Link className="way way-strong" to={hrefTo(`${at}/visit`)}><Icon name="check" />{t('patient.visit')}</Link>}
      {features?.referral && <Link className="way" to={hrefTo(`${at}/refer`)}><Icon name="leak" />{t('patient.refer')}</Link>}
      {features?.consultation && <Link className="way" to={hrefTo(`${at}/consult`)}><Icon name="people" />{t('patient.consult')}</Link>}
      <Enrol record={record} />
    </nav>
  );
}

function Enrol({ record }: { record: PatientRecord }) {
  const { t } = useWords();
  const text = useText();
  const me = useMe();
  const [open, setOpen] = useState(false);
  const pathways = usePathways(open);
  const taken = new Set(record.enrolments.filter((each) => each.status === 'active').map((each) => each.pathway));
  const enrol = async (pathway: string, title: string) => {
    const clientKey = newKey();
    await addToOutbox({
      id: clientKey, user: me.user, kind: 'enrolment', path: '/api/enrolments', patient: record.patient.id, patientName: record.patient.name,
      body: { patient: record.patient.id, pathway, organization: record.patient.organization || me.organizations[0] || '', clientKey }, local: { title },
    });
    setOpen(false);
    showToast({ text: t('patient.enrolled', { title }) });
  };
  return (
    <details className="way-more" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="way"><Icon name="plus" />{t('patient.enrol')}</summary>
      {open && (
        <ul className="way-list">
          {(pathways.data?.pathways ?? []).filter((pathway) => !taken.has(pathway.id)).map((pathway) => (
            <li key={pathway.id}><button type="button" className="tool tool-big" onClick={() => void enrol(pathway.id, text(pathway.title))}>{text(pathway.title)}</button></li>
          ))}
        </ul>
      )}
    </details>
  );
}

const isOpen = (enrolment: Enrolment): boolean => enrolment.status === 'active' || enrolment.status === 'planned';
// Found by the rules of a programme and not enrolled by anybody: named after those under care, without a course.
const isPlanned = (enrolment: Enrolment): boolean => enrolment.status === 'planned';

function Enrolments({ record }: { record: PatientRecord }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const today = useToday_();
  const open = record.enrolments.filter(isOpen).sort((a, b) => Number(isPlanned(a)) - Number(isPlanned(b)));
  const ended = record.enrolments.filter((each) => !isOpen(each));
  const pathways = usePathways(record.enrolments.length > 0);
  const mayChange = may(useMe(), 'care');
  const features = useFeatures();
  const asksHere = (step: Step): boolean => step.activity === 'consultation' && mayChange && features?.consultation === true;
  const asked = usePlace().search.get('enrolment');
  const changed = asked ? open.find((each) => each.id === asked) : undefined;
  const exitWords = (each: Enrolment): string => {
    const exit = pathways.data?.pathways.find((pathway) => pathway.id === each.pathway)?.exits.find((one) => one.id === each.exitReason);
    return exit ? text(exit.name) : '';
  };
  const isOld = (each: Enrolment): boolean => each.edition !== '' && pathways.data?.pathways.some((pathway) => pathway.id === each.pathway && pathway.edition !== each.edition) === true;
  const marksOfPathway = (id: string) => (pathways.data?.pathways.find((pathway) => pathway.id === id)?.sources ?? []).map((source) => source.mark);
  // The courses that the programme's stages have gone through before the present one.
  const seenOf = (each: Enrolment): Course[] => {
    const stages = pathways.data?.pathways.find((pathway) => pathway.id === each.pathway)?.stages ?? [];
    return stages.slice(0, Math.max(0, stages.findIndex((stage) => stage.id === each.stage))).map((stage) => stage.course);
  };
  return (
    <Panel title={t('patient.programmes')}>
      {changed && <EnrolmentSheet enrolment={changed} person={record.patient.name} />}
      {open.length === 0 && <p className="faint">{t('patient.noProgrammes')}</p>}
      <ul className="enrolments">
        {open.map((each) => (
          <li key={`${each.pathway}${each.since}`}>
            <p className="enrolment-head">
              <strong>{text(each.title)}</strong> <span className="badge">{each.stageName ? text(each.stageName) : t(`enrolmentState.${each.status}`)}</span>
              {mayChange && each.id && <Link className="enrolment-change no-print" to={hrefWith({ enrolment: each.id })}>{t(isOld(each) ? 'enrolment.changeOld' : 'enrolment.change')}</Link>}
            </p>
            {!isPlanned(each) && <CourseLine now={each.course} seen={seenOf(each)} />}
            <p className="faint">{t(each.edition ? 'patient.since' : 'programmes.since', { date: formatDate(each.since, language), edition: each.edition })} <MarkSign marks={marksOfPathway(each.pathway)} /></p>
            <ul className="open-steps">
              {record.steps.filter((step) => step.pathway === each.pathway).map((step) => (
                <li key={step.task}>
                  <span>{text(step.name)}</span> <span className="faint">{formatDate(step.due, language)}</span>{' '}
                  <DueBadge due={step.due} windowEnd={step.windowEnd} overdueDays={Math.max(0, step.windowEnd ? daysBetween(step.windowEnd, today) : 0)} />
                  {asksHere(step) && <Link className="open-step-way no-print" to={hrefTo(`/patients/${encodeURIComponent(record.patient.id)}/consult`, { about: `Task/${step.task}` })}>{t('patient.consult')}</Link>}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {ended.length > 0 && (
        <details className="fold">
          <summary>{t('patient.ended', { count: ended.length })}</summary>
          <ul>{ended.map((each) => <li key={`${each.pathway}${each.since}`}>{text(each.title)} <span className="faint">{formatDate(each.since, language)} · {exitWords(each) || t(`enrolmentState.${each.status}`)}</span></li>)}</ul>
        </details>
      )}
    </Panel>
  );
}

function Readings({ record }: { record: PatientRecord }) {
  const { t } = useWords();
  const text = useText();
  if (record.readings.length === 0) return null;
  return (
    <Panel title={t('patient.readings')}>
      <ul className="readings">
        {record.readings.map((reading) => <li key={reading.code}><TrendLine name={text(reading.name)} unit={unitWords(reading.unit)} points={reading.points} /></li>)}
      </ul>
    </Panel>
  );
}

function Problems({ record }: { record: PatientRecord }) {
  const { t } = useWords();
  const language = useLanguage();
  return (
    <Panel title={t('patient.problems')}>
      {record.problems.length === 0 ? <p className="faint">{t('patient.noProblems')}</p> : (
        <ul className="plain-list">
          {record.problems.map((problem) => (
            <li key={`${problem.code}${problem.since}`}>
              <strong>{problem.name || problem.code}</strong> <code>{problem.code}</code> <span className="faint">{problem.since && formatDate(problem.since, language)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Referrals({ patient }: { patient: string }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const features = useFeatures();
  const referrals = useReferralsOf(patient, features?.referral === true).data?.referrals ?? [];
  if (referrals.length === 0) return null;
  return (
    <Panel title={t('patient.referrals')}>
      <ul className="plain-list">
        {referrals.map((each) => (
          <li key={each.id}>
            <Link to={hrefTo(`/referrals/${encodeURIComponent(each.id)}`)}>{t(`referDirection.${each.direction}`)} · {each.to.name || t('referral.noReceiver')}</Link>{' '}
            <StateBadge referral={each} /> {each.urgency !== 'routine' && <UrgencyBadge urgency={each.urgency} />}
            <span className="under">{each.sentAt ? formatInstant(each.sentAt, language) : text(each.criterionText)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

// Of what has a page of its own: where it is.
const pageOf = (reference: string): string | null => {
  const id = reference.slice(reference.indexOf('/') + 1);
  if (id.startsWith('referral-')) return `/referrals/${encodeURIComponent(id)}`;
  return id.startsWith('consultation-') ? `/consultations/${encodeURIComponent(id)}` : null;
};

function Timeline({ record }: { record: PatientRecord }) {
  const { t } = useWords();
  const [course, setCourse] = useState<Course | ''>('');
  const [all, setAll] = useState(false);
  const shown = record.timeline.filter((each) => course === '' || each.course === course);
  const some = all ? shown : shown.slice(0, 14);
  const eventTitle = useRecordTitle();
  const has = (each: Course) => record.timeline.some((event) => event.course === each);
  return (
    <Panel title={t('patient.timeline')} tools={courses.some(has) &&
      <div className="course-filter" role="group" aria-label={t('patient.filterCourse')}>
        {courses.filter(has).map((each) => (
          <button key={each} type="button" aria-pressed={course === each} className="course-button" onClick={() => setCourse(course === each ? '' : each)} aria-label={t(`courseLong.${each}`)}><CourseMark course={each} /></button>
        ))}
      </div>
    }>
      {shown.length === 0 && <p className="faint">{t('patient.noEvents')}</p>}
      {years(some).map(([year, events]) => (
        <section key={year} aria-label={year}>
          <h3 className="timeline-year">{year}</h3>
          <ol className="timeline">
            {events.map((event) => (
              <li key={`${event.reference}${event.on}`} className={`timeline-event ${event.course ? `timeline-${event.course}` : ''}`}>
                <span className="timeline-on">{event.on.slice(5, 10).replace('-', '/')}</span>
                <span className="timeline-words">{pageOf(event.reference) ? <Link to={hrefTo(pageOf(event.reference)!)}>{eventTitle(event)}</Link> : eventTitle(event)} <span className="faint">{event.institutionName}</span></span>
                {event.course && <CourseMark course={event.course} />}
              </li>
            ))}
          </ol>
        </section>
      ))}
      {!all && shown.length > some.length && <button type="button" className="tool tool-big" onClick={() => setAll(true)}>{t('patient.allEvents', { count: shown.length })}</button>}
    </Panel>
  );
}

const firstDocuments = 12;

function Documents({ record }: { record: PatientRecord }) {
  const { t } = useWords();
  const me = useMe();
  const [all, setAll] = useState(false);
  const { documents } = record;
  const writes = may(me, 'care');
  if (documents.length === 0 && !writes) return null;
  return (
    <Panel title={t('patient.documents')}>
      <Attachments of={all ? documents : documents.slice(0, firstDocuments)} />
      {!all && documents.length > firstDocuments && <button type="button" className="tool tool-big" onClick={() => setAll(true)}>{t('patient.allEvents', { count: documents.length })}</button>}
      {writes && <AddFiles patient={record.patient.id} place="record" />}
    </Panel>
  );
}

// One line for each person and day.
function Access({ record }: { record: PatientRecord }) {
  const { t } = useWords();
  const language = useLanguage();
  if (!record.access) return null;
  return (
    <Panel title={t('patient.whoLooked')}>
      {record.emergencies.length > 0 && (
        <ul className="plain-list">
          {record.emergencies.map((each) => (
            <li key={each.id}>
              <span className="badge emergency-badge">{t('emergency.badge')}</span> {each.who} <span className="faint">{each.organizationName} · {formatInstant(each.at, language)}</span>
              <span className="under">{t(`emergencyReason.${each.reason}`)}：{each.text} · {t(`emergencyState.${each.state}`)}</span>
            </li>
          ))}
        </ul>
      )}
      {record.access.length === 0 ? record.emergencies.length === 0 && <p className="faint">{t('patient.nobodyLooked')}</p> : (
        <details className="fold">
          <summary>{t('patient.looked', { count: record.access.length, who: record.access[0].who, when: formatInstant(record.access[0].at, language) })}</summary>
          <ul className="plain-list who-looked">{record.access.map((each, index) => <li key={index}>{each.who} <span className="faint">{each.organizationName || t('accounts.wholeCounty')} · {formatInstant(each.at, language)}</span></li>)}</ul>
        </details>
      )}
    </Panel>
  );
}
