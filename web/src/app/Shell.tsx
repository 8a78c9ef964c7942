// The frame around every page: banner, header, pages, drawers that any page opens.
import { Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { useCounty } from '../api/queries';
import { useLanguage, useText, useWords, switchLanguage } from '../i18n';
import { formatDate } from '../lib/format';
import { localDay } from '../lib/period';
import { decodeCases, decodeRecord } from '../router/places';
import { unsentOf } from '../offline/device';
import { hrefTo, Link, usePlace } from '../router/router';
import { useMe, useSession } from '../session/session';
import { DemoBanner } from '../ui/DemoBanner';
import { Icon, type IconName } from '../ui/icons';
import { Popover } from '../ui/Popover';
import { Toasts } from '../ui/toasts';
import { useWork } from '../care/queries';
import { EmergencyNotice } from './EmergencyNotice';
import { ConnectionNotice } from './ConnectionNotice';
import { useEvents } from './events';
import { useAskAgainAfterSending } from './sent';
import type { Home } from './home';
import { LeaveDialog } from './LeaveDialog';
import { PeriodPicker } from './PeriodPicker';
import { Safe } from './Safe';
import { drawers, fetchOtherParts, type RouteName } from './routes';

const icons: Record<RouteName, IconName> = { today: 'today', inbox: 'inbox', patients: 'people', programmes: 'programme', overview: 'overview', measures: 'measures', leak: 'leak', gaps: 'gaps', data: 'data', accounts: 'user', audit: 'eye', emergencies: 'eye' };

// Gaps count from when they opened, files and accounts have no period: a choice that changes nothing only confuses.
const ofAPeriod: RouteName[] = ['overview', 'measures', 'leak'];

// `title`: of a page that is in no navigation.
export function Shell({ route, title, home, children }: { route: RouteName | null; title?: string; home: Home | null; children: ReactNode }) {
  const { t } = useWords();
  const { data: county } = useCounty();
  const language = useLanguage();
  const main = useRef<HTMLElement>(null);
  const { path } = usePlace();
  const shownPath = useRef(path);

  useEffect(() => {
    document.title = `${title ?? (route ? t(`nav.${route}`) : t('state.noSuchPage'))} · ${county?.name ?? ''} ${t('app.name')}`;
  }, [route, title, county, t]);

  const care = home === null ? null : home.home === 'today' || home.home === 'inbox';
  useEffect(() => {
    if (care !== null) fetchOtherParts(care);
  }, [care]);
  useEvents(Boolean(home?.features.referral) && care === true);
  useAskAgainAfterSending();

  // A file that misses its place must not replace the page by itself.
  useEffect(() => {
    const hold = (event: DragEvent) => event.dataTransfer?.types.includes('Files') && event.preventDefault();
    window.addEventListener('dragover', hold);
    window.addEventListener('drop', hold);
    return () => {
      window.removeEventListener('dragover', hold);
      window.removeEventListener('drop', hold);
    };
  }, []);

  // After a step to another page the reader starts at its top, not in the navigation again.
  useEffect(() => {
    if (shownPath.current === path) return;
    shownPath.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <div className="shell">
      <a className="skip" href="#main">{t('app.skip')}</a>
      <div className="top">
        <DemoBanner />
        <header className="header">
          <Link className="brand" to={hrefTo('/')}>
            <img src="/mark.svg" alt="" width="28" height="28" />
            <span className="brand-words">
              <span className="brand-name">{t('app.name')}</span>
              {county && <span className="brand-county">{county.name}</span>}
            </span>
          </Link>
          <Navigation route={route} home={home} />
          <div className="header-end">
            {route !== null && ofAPeriod.includes(route) && <PeriodPicker />}
            <LanguageSwitch />
            <UserMenu />
          </div>
        </header>
        <ConnectionNotice />
        <EmergencyNotice />
      </div>
      {county && <p className="print-head">{t('app.printHead', { county: county.name, asOf: county.asOf, date: formatDate(localDay(new Date()), language) })}</p>}
      <main id="main" ref={main} tabIndex={-1}>{children}</main>
      <Footer />
      <Drawers />
      <Toasts />
    </div>
  );
}

function Navigation({ route, home }: { route: RouteName | null; home: Home | null }) {
  const { t } = useWords();
  const { data: work } = useWork(Boolean(home?.features.referral) && (home?.home === 'today' || home?.home === 'inbox'));
  usePlace();  // the links keep the period, so they follow it
  const waiting: Partial<Record<RouteName, number>> = { inbox: (work?.referralsReceived ?? 0) + (work?.referralsToReview ?? 0) + (work?.drafts ?? 0) + (work?.consultations ?? 0) + (work?.notices ?? 0) };
  return (
    <nav className="navigation" aria-label={t('nav.label')}>
      <ul>
        {(home?.entries ?? []).map(({ name, path }) => (
          <li key={name}>
            <Link to={hrefTo(name === home?.home ? '/' : path)} aria-current={route === name ? 'page' : undefined}>
              <Icon name={icons[name]} />
              <span>{t(`nav.${name}`)}</span>
              {waiting[name] ? <span className="nav-count">{waiting[name] > 99 ? '99+' : waiting[name]}<span className="only-read"> {t('nav.waiting')}</span></span> : null}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function LanguageSwitch() {
  const language = useLanguage();
  const other = language === 'zh' ? 'en' : 'zh';
  return (
    <button
      type="button"
      className="header-button language-switch"
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      onClick={() => void switchLanguage(other)}
      aria-label={other === 'zh' ? '中文：切换为中文' : 'EN: switch to English'}
    >
      {other === 'zh' ? '中文' : 'EN'}
    </button>
  );
}

function UserMenu() {
  const { t } = useWords();
  const { signOut } = useSession();
  const me = useMe();
  const [open, setOpen] = useState(false);
  const [unsent, setUnsent] = useState(0);
  // What was not sent would go with the sign-out: that is said first.
  const leave = async () => {
    const count = await unsentOf(me.user).catch(() => 0);
    if (count > 0) setUnsent(count);
    else await signOut();
  };
  return (
    <>
    {unsent > 0 && <LeaveDialog count={unsent} stay={() => setUnsent(0)} leave={() => void signOut()} />}
    <Popover
      open={open}
      onOpenChange={setOpen}
      placement="bottomRight"
      content={
        <div className="user-menu">
          <p className="user-name">{me.name || me.user}</p>
          <p className="faint">{me.user} · {t(`role.${me.role}`)}</p>
          <ul>
            <li><Link to={hrefTo('/security')} onClick={() => setOpen(false)}>{t('security.title')}</Link></li>
            <li><button type="button" className="link-button" onClick={() => { setOpen(false); void leave(); }}>{t('signin.signOut')}</button></li>
          </ul>
        </div>
      }
    >
      <button type="button" className="header-button" aria-haspopup="dialog" aria-expanded={open} aria-label={`${t('app.user')} ${me.name || me.user}`}>
        <Icon name="user" />
        <span className="user-short">{me.name || me.user}</span>
      </button>
    </Popover>
    </>
  );
}

function Footer() {
  const { t } = useWords();
  const text = useText();
  const { data: county } = useCounty();
  if (!county) return null;
  return (
    <footer className="footer">
      <span>{t('app.asOf', { asOf: county.asOf })}</span>
      {county.dataFrom && <span>{t('app.dataRange', { from: county.dataFrom, to: county.dataTo })}</span>}
      {county.packs.map((pack) => (
        <span key={pack.id}>{t('app.pack', { title: text(pack.title), edition: pack.edition })}</span>
      ))}
    </footer>
  );
}

function Drawers() {
  const { search } = usePlace();
  const cases = decodeCases(search.get('cases'));
  const record = decodeRecord(search.get('record'));
  const definition = search.get('definition');
  return (
    <Safe>
      <Suspense fallback={null}>
        {cases && <drawers.cases question={cases} />}
        {record && <drawers.record type={record.type} id={record.key} />}
        {definition && <drawers.definition id={definition} />}
      </Suspense>
    </Safe>
  );
}
