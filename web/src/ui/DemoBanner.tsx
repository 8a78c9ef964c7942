// In a demonstration it says on every page that the people are invented: also where nobody has signed in yet.
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';
import { useCounty } from '../api/queries';
import { useWords } from '../i18n';

const key = 'qianxian.demo';

// What this browser was told last stands until the server answers, so that the page does not jump.
function remembered(): boolean {
  try {
    return localStorage.getItem(key) === '1';
  } catch {
    return false;
  }
}

function remember(demo: boolean): void {
  try {
    if (demo) localStorage.setItem(key, '1');
    else localStorage.removeItem(key);
  } catch {
    // Then the banner comes when the server has answered.
  }
}

// Open to all, like the sign-in. A server that does not say leaves what is remembered.
export const demoQuery = {
  queryKey: ['demo'],
  queryFn: async (): Promise<boolean> => (await call<{ demo?: boolean }>('/health', { expectUnauthenticated: true, timeoutSeconds: 10 })).demo ?? remembered(),
  staleTime: Infinity,
  retry: false,
};

// `before`: before the county may be asked for.
export function DemoBanner({ before = false }: { before?: boolean }) {
  const { t } = useWords();
  const { data: county } = useCounty(false);
  const { data: said } = useQuery({ ...demoQuery, enabled: before && county === undefined });
  const known = county?.demo ?? said;
  if (known !== undefined && known !== remembered()) remember(known);
  if (!(known ?? remembered())) return null;
  return <aside className="demo-banner" aria-label={t('app.demoLabel')}>{t('app.demo')}</aside>;
}
