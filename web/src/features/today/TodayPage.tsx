// The day of a village or township doctor: who is due, overdue, came back. One entry a person; one tap to the visit.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { formName, formPath, formsOf } from '../../care/forms';
import { call } from '../../api/client';
import { completeToday } from '../../care/complete';
import { receiversPath, rulesPath, todayPath, useToday } from '../../care/queries';
import { CallLink, DueBadge, KeptNotice, unitWords, usePersonWords } from '../../care/parts';
import { SavedHere } from '../../care/SavedHere';
import type { DuePerson, Today, VisitReceipt } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatDate } from '../../lib/format';
import { askAndKeep, changeItem, useOutbox } from '../../offline/device';
import { recall } from '../../offline/keep';
import { hrefTo, hrefWith, Link, usePlace } from '../../router/router';
import { useMe } from '../../session/session';
import { Icon } from '../../ui/icons';
import { Empty, Failed, Loading, useErrorText } from '../../ui/states';
import { filters, listed, shown, unlisted, type Filter, type Listed } from './today';

export default function TodayPage() {
  const { t } = useWords();
  const language = useLanguage();
  const today = useToday();
  const date = today.data?.date;
  return (
    <div className="page care-page">
      <div className="page-head">
        <h1>{t('nav.today')} {date && <span className="page-period">{formatDate(date, language)}</span>}</h1>
        <div className="page-head-tools">
          <Link className="tool tool-big" to={hrefTo('/patients')}><Icon name="search" />{t('today.find')}</Link>
        </div>
      </div>
      <SavedHere />
      <ServerDangers />
      <KeptNotice keptAt={today.keptAt} />
      {today.isPending && <Loading lines={8} tall />}
      {today.error !== null && today.data === undefined && <Failed error={today.error} retry={() => void today.refetch()} />}
      {today.data && <List today={today.data} />}
      {today.data && today.keptAt === null && <ForTheRoad today={today.data} />}
    </div>
  );
}

function List({ today }: { today: Today }) {
  const { t } = useWords();
  const { search } = usePlace();
  const items = useOutbox();
  const errorText = useErrorText();
  const more = useMutation({ mutationFn: (offset: number) => call<Today>(todayPath(offset)).then(completeToday) });
  const [added, setAdded] = useState<{ to: Today; people: DuePerson[] }>({ to: today, people: [] });
  const people = useMemo(() => {
    const known = new Map([...today.people, ...(added.to === today ? added.people : [])].map((each) => [each.patient.id, each]));
    return [...known.values()];
  }, [today, added]);
  const all = useMemo(() => listed(people, items), [people, items]);
  const asked = search.get('show') as Filter | null;
  const filter: Filter = asked && filters.includes(asked) ? asked : 'all';
  const rows = shown(all, filter);
  const doneHere = shown(all, 'done').length;
  const count = (each: Filter): number => (each === 'done' ? Math.max(today.counts.done, 0) + doneHere : shown(all, each).length + unlisted(today.counts, people, each));
  const left = unlisted(today.counts, people, 'all');
  const isComplete = more.data?.complete ?? today.complete;
  // The last page that was asked for brought nobody new: there is nobody more.
  const hasMore = left > 0 || (!isComplete && more.data?.people.length !== 0);
  const fetchMore = () => more.mutate(people.length, { onSuccess: (page) => setAdded({ to: today, people: [...(added.to === today ? added.people : []), ...page.people] }) });
  return (
    <>
      <nav className="today-filters" aria-label={t('today.filters')}>
        {filters.map((each) => (
          <Link key={each} to={hrefWith({ show: each === 'all' ? null : each })} replace aria-current={each === filter ? 'page' : undefined} className={each === 'overdue' && count(each) > 0 ? 'today-filter today-filter-bad' : 'today-filter'}>
            <strong>{count(each)}{each !== 'done' && !isComplete ? '+' : ''}</strong>
            <span>{t(`todayFilter.${each}`)}</span>
          </Link>
        ))}
      </nav>
      {rows.length === 0 ? (
        <section className="panel">
          <Empty title={filter === 'all' ? t('today.none') : t('today.noneOf', { what: t(`todayFilter.${filter}`) })} icon="check">
            <p>{filter === 'all' ? t('today.noneHow') : null}</p>
          </Empty>
        </section>
      ) : (
        <ul className="people">{rows.map((one) => <PersonRow key={one.due.patient.id} one={one} />)}</ul>
      )}
      {hasMore && filter !== 'done' && (
        <div className="more">
          {more.error && <p className="form-error" role="alert">{errorText(more.error)}</p>}
          <button type="button" className="tool tool-big" disabled={more.isPending} onClick={fetchMore}>{more.isPending ? t('today.fetchingMore') : left > 0 && isComplete ? t('today.more', { count: left }) : t('today.moreStill')}</button>
        </div>
      )}
    </>
  );
}

function PersonRow({ one: { due, here } }: { one: Listed }) {
  const { t } = useWords();
  const text = useText();
  const words = usePersonWords();
  const { patient, steps } = due;
  const titles = [...new Set(steps.map((step) => text(step.pathwayTitle)))];
  const withForm = steps.some((step) => step.form);
  const first = steps.map((step) => step.due).sort()[0];
  const windowEnd = steps.map((step) => step.windowEnd).sort()[0];
  const activity = steps.filter((step) => !step.form).map((step) => text(step.name));
  return (
    <li className={`person ${here ? 'person-done' : due.overdueDays > 0 ? 'person-overdue' : ''}`}>
      <Link className="person-link" to={hrefTo(withForm && !here ? `/patients/${encodeURIComponent(patient.id)}/visit` : `/patients/${encodeURIComponent(patient.id)}`)}>
        <span className="person-line">
          <strong className="person-name">{patient.name}</strong>
          <span className="faint">{words(patient)}</span>
          <span className="person-state">
            {here ? <ItemState state={here.state} /> : first && <DueBadge due={first} windowEnd={windowEnd} overdueDays={due.overdueDays} />}
          </span>
        </span>
        <span className="person-line">
          <span className="person-programmes">{titles.join(' · ')}</span>
          {due.returned && <span className="badge returned">{t('today.returned')}</span>}
          {steps.some((step) => step.escalatedTo) && <span className="badge overdue">{t('today.escalated')}</span>}
        </span>
        {activity.length > 0 && <span className="person-line faint">{activity.join(' · ')}</span>}
        <span className="person-line faint person-last">
          {due.lastReadings.slice(0, 3).map((reading) => (
            <span key={reading.code}>{text(reading.name)} <b>{reading.value}</b> {unitWords(reading.unit)}</span>
          ))}
          {due.lastReadings.length === 0 && (patient.address || patient.organizationName)}
        </span>
      </Link>
      {patient.phone && <CallLink person={patient} />}
    </li>
  );
}

function ItemState({ state }: { state: string }) {
  const { t } = useWords();
  return <span className={`badge item-${state}`}>{t(`itemState.${state}`)}</span>;
}

// The server looked at the visit again, with the whole record: what it found dangerous and this device did not.
function ServerDangers() {
  const { t } = useWords();
  const text = useText();
  const items = useOutbox();
  const found = items.filter((item) => item.kind === 'visit' && item.state === 'sent' && item.local.seen !== true).flatMap((item) => {
    const receipt = item.answer as VisitReceipt | null;
    const known = Array.isArray(item.local.dangers) ? (item.local.dangers as string[]) : [];
    const dangers = (receipt?.dangers ?? []).filter((danger) => !known.includes(danger.id));
    return dangers.length > 0 ? [{ item, dangers }] : [];
  });
  return (
    <>
      {found.map(({ item, dangers }) => {
        const refer = dangers.find((danger) => danger.refer)?.refer;
        return (
          <div key={item.id} className="danger" role="alert">
            <p><strong>{item.patientName}</strong> {dangers.map((danger) => text(danger.text)).join(' ')}</p>
            <span className="danger-ways">
              {refer && (
                <Link className="button-link" to={hrefTo(`/patients/${encodeURIComponent(item.patient)}/refer`, { criterion: refer.criterion, urgency: refer.urgency })}>{t('visit.referNow')}</Link>
              )}
              <button type="button" className="tool tool-big" onClick={() => void changeItem(item.id, { local: { ...item.local, seen: true } })}>{t('today.seen')}</button>
            </span>
          </div>
        );
      })}
    </>
  );
}

const between = 150;

// For the hours without a network: the forms of everybody on the list and what a referral needs, fetched quietly one by one.
function ForTheRoad({ today }: { today: Today }) {
  const { t } = useWords();
  const me = useMe();
  const client = useQueryClient();
  const [left, setLeft] = useState<number | null>(null);
  const wanted = useMemo(() => forms(today.people), [today.people]);
  useEffect(() => {
    let on = true;
    const run = async () => {
      const missing: Wanted[] = [];
      const extra = (['up', 'lateral'] as const).flatMap((direction): Wanted[] => [
        { name: `rules.${direction}`, path: rulesPath('', direction) }, { name: `receivers.${direction}.`, path: receiversPath('', direction, '') },
      ]);
      for (const each of [...wanted, ...extra]) {
        const kept = await recall<{ task?: string }>(me.user, each.name);
        if (!kept || kept.value.task !== each.task || Date.now() - kept.at > 12 * 3_600_000) missing.push(each);
      }
      for (let index = 0; on && index < missing.length; index++) {
        setLeft(missing.length - index);
        try {
          const { name, path, task } = missing[index];
          await askAndKeep<object>(me.user, name, path, task === undefined ? undefined : { task });
        } catch {
          if (index > 2) break;  // the line is gone, or the server is busy: the next look at the list tries again
        }
        await new Promise((done) => setTimeout(done, between));
      }
      if (on) setLeft(0);
    };
    const timer = setTimeout(() => void run(), 800);
    return () => {
      on = false;
      clearTimeout(timer);
    };
  }, [wanted, me.user, client]);
  if (left === null) return null;
  return <p className="faint for-the-road">{left > 0 ? t('today.fetching', { count: left }) : t('today.ready')}</p>;
}

interface Wanted {
  name: string;
  path: string;
  // Of a form: the step that it is asked for.
  task?: string;
}

function forms(people: DuePerson[]): Wanted[] {
  return people.flatMap(({ patient, steps }) => formsOf(patient.id, steps).map((question) => ({ name: formName(question), path: formPath(question), task: question.task })));
}
