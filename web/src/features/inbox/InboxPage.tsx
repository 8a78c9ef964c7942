// What waits: referrals received, sent and to review, consultations, notices. The urgent first, with the time that is left.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../../api/client';
import { KeptNotice, UrgencyBadge, usePersonWords } from '../../care/parts';
import { useConsultations, useNotices, useReferrals, useWork } from '../../care/queries';
import { isOver } from '../../care/referral';
import { StateBadge } from '../../care/ReferralParts';
import { SavedHere } from '../../care/SavedHere';
import type { Consultation, Notice, Referral, ReferralBox } from '../../care/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatInstant } from '../../lib/format';
import { hrefTo, hrefWith, Link, usePlace } from '../../router/router';
import { Icon } from '../../ui/icons';
import { Empty, Failed, Loading } from '../../ui/states';
import { byUrgencyAndAge, waitsForAnswer } from './inbox';
import { TimeLeft } from './TimeLeft';

const tabs = ['received', 'review', 'consultations', 'notices', 'sent'] as const;
type Tab = (typeof tabs)[number];

export default function InboxPage() {
  const { t } = useWords();
  const { search } = usePlace();
  const asked = search.get('tab') as Tab | null;
  const { data: work } = useWork(true);
  const counts: Record<Tab, number | undefined> = { received: work?.referralsReceived, review: work?.referralsToReview, consultations: work?.consultations, notices: work?.notices, sent: work?.drafts };
  // Opened without a tab: the first in which something waits.
  const tab: Tab = asked && tabs.includes(asked) ? asked : tabs.find((each) => counts[each]) ?? 'received';
  return (
    <div className="page inbox">
      <div className="page-head"><h1>{t('nav.inbox')}</h1></div>
      <SavedHere />
      <nav className="tabs inbox-tabs" aria-label={t('nav.inbox')}>
        {tabs.filter((each) => each !== 'consultations' || !work || work.consultations !== undefined).map((each) => (
          <Link key={each} to={hrefWith({ tab: each })} replace aria-current={tab === each ? 'page' : undefined}>
            {t(`inboxTab.${each}`)}{counts[each] ? <span className="tab-count">{counts[each]}</span> : null}
          </Link>
        ))}
      </nav>
      {tab === 'consultations' ? <Consultations /> : tab === 'notices' ? <Notices /> : <Referrals key={tab} box={tab} />}
    </div>
  );
}

function Referrals({ box }: { box: ReferralBox }) {
  const { t } = useWords();
  const answer = useReferrals(box);
  const [ended, setEnded] = useState(false);
  if (answer.isPending) return <Loading lines={8} tall />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const all = answer.data.referrals;
  const [drafts, waiting, over] = [all.filter((each) => each.state === 'draft'), all.filter((each) => waitsForAnswer(each)), all.filter(isOver)];
  const going = all.filter((each) => each.state !== 'draft' && !waitsForAnswer(each) && !isOver(each));
  if (all.length === 0) return <section className="panel"><Empty title={t(`inboxNone.${box}`)} icon="check"><p>{t('inbox.noneHow')}</p></Empty></section>;
  return (
    <>
      <KeptNotice keptAt={answer.keptAt} />
      <Group title={t('inbox.toSend')} list={byUrgencyAndAge(drafts)} box={box} />
      <Group title={box === 'sent' ? t('inbox.waitingThem') : t('inbox.waiting')} list={byUrgencyAndAge(waiting)} box={box} />
      <Group title={t('inbox.going')} list={[...going].sort((a, b) => (b.sentAt ?? '').localeCompare(a.sentAt ?? ''))} box={box} />
      {over.length > 0 && (
        <>
          <button type="button" className="tool tool-big" aria-expanded={ended} onClick={() => setEnded(!ended)}>{t('inbox.over', { count: over.length })}</button>
          {ended && <Group title={t('inbox.overTitle')} list={over} box={box} />}
        </>
      )}
    </>
  );
}

function Group({ title, list, box }: { title: string; list: Referral[]; box: ReferralBox }) {
  if (list.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="list-head">{title} · {list.length}</h2>
      <ul className="people">{list.map((each) => <ReferralRow key={each.id} referral={each} box={box} />)}</ul>
    </section>
  );
}

function ReferralRow({ referral, box }: { referral: Referral; box: ReferralBox }) {
  const { t } = useWords();
  const text = useText();
  const words = usePersonWords();
  const other = box === 'sent' ? referral.to : referral.from;
  return (
    <li className={`person ${referral.urgency === 'emergency' ? 'person-overdue' : ''}`}>
      <Link className="person-link" to={hrefTo(`/referrals/${encodeURIComponent(referral.id)}`)}>
        <span className="person-line">
          <strong className="person-name">{referral.patient.name}</strong> <span className="faint">{words(referral.patient)}</span>
          <span className="person-state">
            {waitsForAnswer(referral) ? <TimeLeft deadline={referral.answerBy} overdue={referral.overdue} /> : <StateBadge referral={referral} />}
          </span>
        </span>
        <span className="person-line">
          {referral.urgency !== 'routine' && <UrgencyBadge urgency={referral.urgency} />}
          <span>{t(`referDirection.${referral.direction}`)} · {text(referral.criterionText) || referral.reason}</span>
        </span>
        <span className="person-line faint">{box === 'sent' ? (other.name ? t('inbox.to', { name: other.name }) : t('referral.noReceiver')) : t('inbox.from', { name: [other.name, other.practitioner].filter(Boolean).join(' ') })}</span>
      </Link>
    </li>
  );
}

const isOpen = (each: Consultation): boolean => each.state === 'open';

function Consultations() {
  const { t } = useWords();
  const received = useConsultations('received');
  const sent = useConsultations('sent');
  const [ended, setEnded] = useState(false);
  if (received.isPending) return <Loading lines={8} tall />;
  if (!received.data) return <Failed error={received.error} retry={() => void received.refetch()} />;
  const own = sent.data?.consultations ?? [];
  const asked = received.data.consultations;
  const over = [...asked, ...own].filter((each) => !isOpen(each));
  if (asked.length + own.length === 0) return <section className="panel"><Empty title={t('inboxNone.consultations')} icon="check" /></section>;
  return (
    <>
      <KeptNotice keptAt={received.keptAt} />
      <ConsultationGroup title={t('inbox.askedOfUs')} list={byUrgencyAndAge(asked.filter(isOpen))} />
      <ConsultationGroup title={t('inbox.askedByUs')} list={byUrgencyAndAge(own.filter(isOpen))} />
      {over.length > 0 && (
        <>
          <button type="button" className="tool tool-big" aria-expanded={ended} onClick={() => setEnded(!ended)}>{t('inbox.over', { count: over.length })}</button>
          {ended && <ConsultationGroup title={t('inbox.overTitle')} list={over} />}
        </>
      )}
    </>
  );
}

function ConsultationGroup({ title, list }: { title: string; list: Consultation[] }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const words = usePersonWords();
  if (list.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="list-head">{title} · {list.length}</h2>
      <ul className="people">
        {list.map((each) => (
          <li key={each.id} className={`person ${each.urgency === 'emergency' ? 'person-overdue' : ''}`}>
            <Link className="person-link" to={hrefTo(`/consultations/${encodeURIComponent(each.id)}`)}>
              <span className="person-line">
                <strong className="person-name">{each.patient.name}</strong> <span className="faint">{words(each.patient)}</span>
                <span className="person-state">{isOpen(each) && each.answerBy && each.opinions.length < each.invited.length ? <TimeLeft deadline={each.answerBy} overdue={each.overdue ?? false} /> : <span className="badge">{text(each.stateName)}</span>}</span>
              </span>
              <span className="person-line">
                <span className="badge action-accepted">{t(`consultMode.${each.mode}`)}</span>
                {each.urgency !== 'routine' && <UrgencyBadge urgency={each.urgency} />}
                <span className="clip">{each.question}</span>
              </span>
              <span className="person-line faint">
                {t('inbox.from', { name: each.from.name })} · {t('inbox.opinions', { count: each.opinions.length, of: each.invited.length })}
                {each.scheduledAt && ` · ${formatInstant(each.scheduledAt, language)}`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

const placeOf = (notice: Notice): string => {
  const id = encodeURIComponent(notice.about.id);
  if (/referral/i.test(notice.about.type)) return `/referrals/${id}`;
  if (/consultation/i.test(notice.about.type)) return `/consultations/${id}`;
  if (notice.about.type === 'emergency') return '/emergencies';
  return notice.patient ? `/patients/${encodeURIComponent(notice.patient.id)}` : '/inbox';
};

function Notices() {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const client = useQueryClient();
  const answer = useNotices();
  const read = useMutation({
    mutationFn: (ids: string[]) => Promise.all(ids.map((id) => call<unknown>(`/api/notices/${encodeURIComponent(id)}/read`, { method: 'POST', body: {} }))),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['care', 'notices'] });
      void client.invalidateQueries({ queryKey: ['work'] });
    },
  });
  // Another visit of the page asks again.
  useEffect(() => () => void client.invalidateQueries({ queryKey: ['work'] }), [client]);
  if (answer.isPending) return <Loading lines={8} tall />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const { notices } = answer.data;
  const unread = notices.filter((notice) => !notice.read);
  if (notices.length === 0) return <section className="panel"><Empty title={t('inboxNone.notices')} icon="bell" /></section>;
  return (
    <section className="panel" aria-label={t('inboxTab.notices')}>
      {unread.length > 1 && <button type="button" className="tool tool-big" disabled={read.isPending} onClick={() => read.mutate(unread.map((notice) => notice.id))}>{t('inbox.readAll')}</button>}
      <ul className="notices">
        {notices.map((notice) => (
          <li key={notice.id} className={notice.read ? 'notice' : 'notice notice-new'}>
            <Link to={hrefTo(placeOf(notice))} onClick={() => !notice.read && read.mutate([notice.id])}>
              <Icon name="bell" size={16} />
              <span>
                <strong>{notice.patient?.name}</strong> {text(notice.title)}
                <span className="under">{formatInstant(notice.at, language)}</span>
              </span>
              {!notice.read && <span className="badge action-accepted">{t('inbox.new')}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
