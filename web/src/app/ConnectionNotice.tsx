// Says when the server is out of reach, looks for it, and asks again for what is on the page when it is back.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { isServerReachable, onConnectionChange, reportReachable } from '../api/client';
import { useWords } from '../i18n';

const everyMilliseconds = 4000;

export function ConnectionNotice() {
  const { t } = useWords();
  const client = useQueryClient();
  const reachable = useSyncExternalStore(onConnectionChange, isServerReachable);

  useEffect(() => {
    if (reachable) return undefined;
    const look = async () => {
      try {
        const answer = await fetch('/health');
        if (!answer.ok) return;
        reportReachable(true);
        await client.invalidateQueries();
      } catch {
        // Still away; the next look comes.
      }
    };
    const timer = setInterval(() => void look(), everyMilliseconds);
    window.addEventListener('online', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', look);
    };
  }, [reachable, client]);

  return <div role="status">{!reachable && <div className="offline">{t('app.offline')}</div>}</div>;
}
