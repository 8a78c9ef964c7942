import { useEffect, useState } from 'react';
import { useWords } from '../../i18n';
import { timeLeft } from './inbox';

// How long the answer may still take; it goes on counting while somebody looks.
export function TimeLeft({ deadline, overdue }: { deadline: string | null | undefined; overdue?: boolean }) {
  const { t } = useWords();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  const left = timeLeft(deadline, now);
  if (!left) return null;
  const words = left.days > 0 ? t('inbox.days', { days: left.days, hours: left.hours }) : left.hours > 0 ? t('inbox.hours', { hours: left.hours, minutes: left.minutes }) : t('inbox.minutes', { minutes: left.minutes });
  const late = left.overdue || overdue;
  return <span className={late ? 'badge overdue' : left.days === 0 && left.hours < 1 ? 'badge due-now' : 'badge'}>{late ? t('inbox.late', { words }) : t('inbox.left', { words })}</span>;
}
