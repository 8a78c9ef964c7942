// Wiring: data, look, session, page.
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { Suspense, useEffect } from 'react';
import { useCounty } from '../api/queries';
import { EntryFrame } from '../features/signin/EntryFrame';
import { useWords } from '../i18n';
import { hrefTo, Link, navigate, usePlace } from '../router/router';
import { may } from '../session/roles';
import { SessionProvider, useMe, useSession } from '../session/session';
import { Empty, Failed, Loading } from '../ui/states';
import { startDevice } from '../offline/device';
import { registerWorker } from '../offline/worker';
import { ConnectionNotice } from './ConnectionNotice';
import { isOffered, useHome, type Home } from './home';
import { shown } from './kept';
import { navigation, pages, pagesOfOne, parts, routeOf, type Place, type RouteName } from './routes';
import { Safe } from './Safe';
import { LanguageSwitch, Shell } from './Shell';

const SignInPage = shown(parts.signIn);
const PasswordPage = shown(parts.password);
const ReturnDialog = shown(parts.signInAgain);
const FirstFactor = shown(parts.firstFactor);
const SecurityPage = shown(parts.security);
const AuthorizePage = shown(parts.authorize);

export function App({ client }: { client: QueryClient }) {
  return (
    <QueryClientProvider client={client}>
      <SessionProvider>
        <Safe><Suspense fallback={<Waiting />}><Gate /></Suspense></Safe>
      </SessionProvider>
    </QueryClientProvider>
  );
}

// Also looks for the server, where a part cannot be fetched.
function Waiting() {
  return <><ConnectionNotice /><div className="gate"><Loading /></div></>;
}

function Gate() {
  const { t } = useWords();
  const { session, checking, expired } = useSession();
  if (checking) return <Waiting />;
  if (!session) return <SignInPage tools={<LanguageSwitch />} />;
  if (session.mustChangePassword) return <PasswordPage first tools={<LanguageSwitch />} />;
  if (session.mustEnrol) {
    return (
      <EntryFrame title={t('security.firstTitle')} tools={<LanguageSwitch />}>
        <Safe><Suspense fallback={<Loading />}><FirstFactor /></Suspense></Safe>
      </EntryFrame>
    );
  }
  return (
    <>
      <Pages />
      {expired && <Suspense fallback={null}><ReturnDialog /></Suspense>}
    </>
  );
}

function Pages() {
  const { t } = useWords();
  const me = useMe();
  const { path, search } = usePlace();
  const county = useCounty();
  const home = useHome();
  const care = may(me, 'care');
  // What a doctor does must reach the server also when the page stands elsewhere.
  useEffect(() => {
    if (care) void startDevice(me.user).then(registerWorker);
  }, [care, me.user]);
  if (path === '/password') return <PasswordPage first={false} leave={() => navigate(hrefTo('/security'))} tools={<LanguageSwitch />} />;
  if (path === '/authorize') {
    return (
      <Safe place={path}>
        <Suspense fallback={<Waiting />}>
          <AuthorizePage frame={EntryFrame} tools={<LanguageSwitch />} request={search.toString()} />
        </Suspense>
      </Safe>
    );
  }
  if (path === '/security') {
    return (
      <Shell route={null} title={t('security.title')} home={home}>
        <Safe place={path}><Suspense fallback={<Loading tall />}><SecurityPage /></Suspense></Safe>
      </Shell>
    );
  }
  const place = routeOf(path, home?.home ?? 'overview');
  const waits = !home && !county.error;
  const allowed = place && home && (navigation.find((each) => each.name === place.route && isOffered(each, me, home.features)));
  return (
    <Shell route={place && home ? place.route : null} home={home}>
      {!place && (
        <Empty page title={t('state.noSuchPage')} icon="gaps">
          <Link to={hrefTo('/')}>{t('state.toStart')}</Link>
        </Empty>
      )}
      {place && home && !allowed && (home.isSure ? <NotForThisRole home={home} /> : <Loading tall />)}
      {place && county.error && !county.data && <Failed error={county.error} retry={() => void county.refetch()} />}
      {place && waits && <Loading tall />}
      {place && allowed && county.data && (
        <Safe place={path}>
          <Suspense fallback={<Loading tall />}>
            {place.one ? <OneOf key={path} one={place.one} /> : <Page place={place} hasData={county.data.dataFrom !== null} />}
          </Suspense>
        </Safe>
      )}
    </Shell>
  );
}

function OneOf({ one }: { one: NonNullable<Place['one']> }) {
  const Shown = pagesOfOne[one.page];
  return <Shown id={one.id} />;
}

// What counts the county needs the county's files; what treats its people does not.
const needData: RouteName[] = ['overview', 'measures', 'leak', 'gaps'];

function Page({ place, hasData }: { place: Place; hasData: boolean }) {
  const { t } = useWords();
  const session = useMe();
  if (!hasData && needData.includes(place.route)) {
    return (
      <Empty page title={t('state.nothingYet')} icon="data">
        <p>{t('state.nothingYetHow')}</p>
        <ol className="first-steps">
          <li>{t('state.step1')}</li>
          <li>{t('state.step2')}</li>
          <li>{t('state.step3')}</li>
        </ol>
        {may(session, 'import') && <Link className="button-link" to={hrefTo('/data')}>{t('state.toImport')}</Link>}
      </Empty>
    );
  }
  if (!place.page) return null;
  const Shown = pages[place.page];
  return <Shown />;
}

// Somebody of one hospital has no county page: lead to what is theirs.
function NotForThisRole({ home }: { home: Home }) {
  const { t } = useWords();
  const first = home.entries[0];
  return (
    <Empty page title={t('state.forbidden')} icon="gaps">
      <p>{t('state.notForRole')}</p>
      {first && <Link className="button-link" to={hrefTo(first.path)}>{t('state.goTo', { page: t(`nav.${first.name}`) })}</Link>}
    </Empty>
  );
}
