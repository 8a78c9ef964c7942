// For who reviews emergency openings: that some wait.
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';
import { useWords } from '../i18n';
import { hrefTo, Link, usePlace } from '../router/router';
import { may } from '../session/roles';
import { useMe } from '../session/session';

const everyMilliseconds = 5 * 60_000;

export function EmergencyNotice() {
  const { t } = useWords();
  const reviews = may(useMe(), 'emergencies');
  const { path } = usePlace();
  const { data } = useQuery({
    queryKey: ['emergencies', 'count'], enabled: reviews, refetchInterval: everyMilliseconds,
    queryFn: ({ signal }) => call<{ waiting: number }>('/api/emergency-openings?state=waiting&count=0', { signal }),
  });
  if (!data?.waiting || path === '/emergencies') return null;
  return <aside className="emergency-notice no-print" aria-label={t('emergency.reviewTitle')}><Link to={hrefTo('/emergencies')}>{t('emergency.waitingNotice', { count: data.waiting })}</Link></aside>;
}
