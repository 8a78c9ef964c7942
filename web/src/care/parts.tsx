// Small parts that every care page shows: a person in one line, urgency, marks of time, what is kept where.
import type { ReactNode } from 'react';
import { useLanguage, useText, useWords } from '../i18n';
import { formatDate } from '../lib/format';
import { hrefTo, Link } from '../router/router';
import { Icon } from '../ui/icons';
import { ageOn, daysBetween } from './days';
import { courses, type Course, type Person, type Urgency } from './types';
import { localDay } from '../lib/period';

export const useToday_ = (): string => localDay(new Date());

export function usePersonWords(): (person: Person) => string {
  const { t } = useWords();
  const today = useToday_();
  return (person) => {
    const age = person.age ?? ageOn(person.birthDate, today);
    const gender = person.gender === 'male' || person.gender === 'female' ? t(`gender.${person.gender}`) : '';
    return [gender, age === null ? '' : t('care.age', { age })].filter(Boolean).join(' ');
  };
}

export function UrgencyBadge({ urgency }: { urgency: Urgency }) {
  const { t } = useWords();
  return <span className={`badge urgency-${urgency}`}>{t(`urgency.${urgency}`)}</span>;
}

// "in 3 days", "today", "12 days overdue": always in words, a colour only beside them.
export function DueBadge({ due, windowEnd, overdueDays }: { due: string; windowEnd?: string; overdueDays: number }) {
  const { t } = useWords();
  const today = useToday_();
  if (overdueDays > 0) return <span className="badge overdue">{t('today.overdueDays', { count: overdueDays })}</span>;
  const days = daysBetween(today, due);
  if (days === 0) return <span className="badge due-now">{t('today.dueToday')}</span>;
  if (days > 0) return <span className="badge">{t('today.dueIn', { count: days })}</span>;
  if (!windowEnd) return <span className="badge due-now">{t('today.dueFor', { count: -days })}</span>;
  const left = daysBetween(today, windowEnd);
  return <span className="badge due-now">{left > 0 ? t('today.daysLeft', { count: left }) : t('today.lastDay')}</span>;
}

export function CourseMark({ course }: { course: Course }) {
  const { t } = useWords();
  return <span className={`course course-${course}`} title={t(`courseLong.${course}`)}>{t(`course.${course}`)}</span>;
}

// 防筛诊治康: which of the five have begun, which is now.
export function CourseLine({ now, seen }: { now: Course | null; seen: Course[] }) {
  const { t } = useWords();
  return (
    <ol className="course-line" aria-label={t('patient.course')}>
      {courses.map((course) => (
        <li key={course} className={course === now ? 'course-now' : seen.includes(course) ? 'course-seen' : undefined} aria-current={course === now ? 'step' : undefined}>
          <CourseMark course={course} />
          <span>{t(`courseLong.${course}`)}</span>
        </li>
      ))}
    </ol>
  );
}

export function PersonHead({ person, children, level = 1, back }: { person: Person; children?: ReactNode; level?: 1 | 2; back?: ReactNode }) {
  const words = usePersonWords();
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <header className="person-head">
      {back}
      <div className="person-head-words">
        <Heading>{person.name} <span className="person-facts">{words(person)}</span></Heading>
        <p className="faint">{[person.organizationName, person.address].filter(Boolean).join(' · ')}</p>
      </div>
      {person.phone && <CallLink person={person} />}
      {children}
    </header>
  );
}

export function CallLink({ person }: { person: Person }) {
  const { t } = useWords();
  return (
    <a className="call" href={`tel:${person.phone}`} aria-label={t('care.call', { name: person.name, phone: person.phone })}>
      <Icon name="phone" size={20} />
    </a>
  );
}

export function Back({ to, label }: { to: string; label: string }) {
  return (
    <Link className="back" to={hrefTo(to)} aria-label={label}>
      <Icon name="back" size={22} />
    </Link>
  );
}

// Says that this is not the server's answer of now, and from when it is.
export function KeptNotice({ keptAt }: { keptAt: number | null }) {
  const { t } = useWords();
  const language = useLanguage();
  if (keptAt === null || Date.now() - keptAt < 60_000) return null;
  const at = new Date(keptAt);
  const clock = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
  const day = localDay(at);
  return <p className="kept-notice">{t('care.keptFrom', { when: day === localDay(new Date()) ? clock : `${formatDate(day, language)} ${clock}` })}</p>;
}

export function Titled({ of }: { of: { zh: string; en: string } | string | null | undefined }) {
  const text = useText();
  return <>{typeof of === 'string' ? of : text(of)}</>;
}

// What a record is called: its title, else its kind.
export function useRecordTitle(): (record: { title: { zh: string; en: string } | string | null | undefined; kind?: string }) => string {
  const { t, i18n } = useWords();
  const text = useText();
  return ({ title, kind = '' }) => (typeof title === 'string' ? title : text(title)) || (i18n.exists(`recordKind.${kind}`) ? t(`recordKind.${kind}`) : kind);
}

// UCUM as a clinic writes it.
const units: Record<string, string> = { 'mm[Hg]': 'mmHg', '[degF]': '°F', Cel: '°C', '/min': '/min', '{score}': '', '{points}': '', '1': '' };
export const unitWords = (unit: string | undefined): string => (unit === undefined ? '' : units[unit] ?? unit.replace(/\{[^}]*\}/g, ''));
