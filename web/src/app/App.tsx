// Wiring: data, look, session, page.
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { ConfigProvider } from 'antd';
import enLocale from 'antd/locale/en_US';
import zhLocale from 'antd/locale/zh_CN';
import { Suspense } from 'react';
import { useCounty } from '../api/queries';
import { PasswordPage } from '../features/signin/PasswordPage';
import { ReturnDialog } from '../features/signin/ReturnDialog';
import { SignInPage } from '../features/signin/SignInPage';
import { useLanguage, useWords } from '../i18n';
import { hrefTo, Link, navigate, usePlace } from '../router/router';
import { may } from '../session/roles';
import { SessionProvider, useMe, useSession } from '../session/session';
import { Empty, Failed, Loading } from '../ui/states';
import { navigation, pages, routeOf } from './routes';
import { Safe } from './Safe';
import { LanguageSwitch, Shell } from './Shell';
import { fontFamily } from '../ui/font';

export function App({ client }: { client: QueryClient }) {
  const language = useLanguage();
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhLocale : enLocale}
      button={{ autoInsertSpace: false }}
      theme={{
        hashed: false,
        token: { colorPrimary: '#0b5f66', colorLink: '#0b5f66', colorText: '#17242b', colorError: '#a8321f', borderRadius: 6, fontFamily, motion: false },
      }}
    >
      <QueryClientProvider client={client}>
        <SessionProvider>
          <Gate />
        </SessionProvider>
      </QueryClientProvider>
    </ConfigProvider>
  );
}

function Gate() {
  const { session, checking, expired } = useSession();
  if (checking) return <div className="gate"><Loading /></div>;
  if (!session) return <SignInPage tools={<LanguageSwitch />} />;
  if (session.mustChangePassword) return <PasswordPage first tools={<LanguageSwitch />} />;
  return (
    <>
      <Pages />
      {expired && <ReturnDialog />}
    </>
  );
}

function Pages() {
  const { t } = useWords();
  const session = useMe();
  const { path } = usePlace();
  const county = useCounty();
  if (path === '/password') return <PasswordPage first={false} leave={() => navigate(hrefTo('/'))} tools={<LanguageSwitch />} />;
  const place = routeOf(path);
  const entry = navigation.find((each) => each.name === place?.route);
  const allowed = entry && (!entry.work || may(session, entry.work));
  return (
    <Shell route={place?.route ?? null}>
      {!place && (
        <Empty page title={t('state.noSuchPage')} icon="gaps">
          <Link to={hrefTo('/')}>{t('state.toStart')}</Link>
        </Empty>
      )}
      {place && !allowed && <NotForThisRole />}
      {place && allowed && county.error && !county.data && <Failed error={county.error} retry={() => void county.refetch()} />}
      {place && allowed && !county.data && !county.error && <Loading tall />}
      {place && allowed && county.data && (
        <Safe place={path}>
          <Suspense fallback={<Loading tall />}>
            {place.gap !== undefined ? <pages.gap key={place.gap} id={place.gap} /> : <Page route={place.route} hasData={county.data.dataFrom !== null} />}
          </Suspense>
        </Safe>
      )}
    </Shell>
  );
}

function Page({ route, hasData }: { route: keyof typeof pages; hasData: boolean }) {
  const { t } = useWords();
  const session = useMe();
  if (!hasData && route !== 'data' && route !== 'accounts') {
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
  if (route === 'gap') return null;
  const Shown = pages[route];
  return <Shown />;
}

// Somebody of one hospital has no county page: lead to what is theirs.
function NotForThisRole() {
  const { t } = useWords();
  const session = useMe();
  const first = navigation.find(({ work }) => !work || may(session, work));
  return (
    <Empty page title={t('state.forbidden')} icon="gaps">
      <p>{t('state.notForRole')}</p>
      {first && <Link className="button-link" to={hrefTo(first.path)}>{t('state.goTo', { page: t(`nav.${first.name}`) })}</Link>}
    </Empty>
  );
}
