// How it stands with what was done on this device: saved here, sent, refused. One line on Today, leading to the list.
import { useSyncExternalStore } from 'react';
import { isServerReachable, onConnectionChange } from '../api/client';
import { useWords } from '../i18n';
import { deviceKeeps, useOutbox } from '../offline/device';
import { hrefTo, Link } from '../router/router';
import { Icon } from '../ui/icons';

export function SavedHere() {
  const { t } = useWords();
  const items = useOutbox();
  const reachable = useSyncExternalStore(onConnectionChange, isServerReachable);
  const waiting = items.filter((item) => item.state === 'waiting').length;
  const troubled = items.filter((item) => item.state === 'refused' || item.state === 'conflict').length;
  const sent = items.filter((item) => item.state === 'sent').length;
  return (
    <div role="status" className="saved-here-frame">
      {!deviceKeeps() && <p className="saved-here saved-here-bad">{t('saved.notKept')}</p>}
      {waiting + troubled + sent > 0 && (
        <Link to={hrefTo('/outbox')} className={`saved-here ${troubled > 0 ? 'saved-here-bad' : waiting > 0 ? 'saved-here-wait' : ''}`}>
          <Icon name={troubled > 0 ? 'gaps' : waiting > 0 ? 'clock' : 'check'} />
          <span>
            {[
              troubled > 0 && t('saved.troubled', { count: troubled }),
              waiting > 0 && (reachable ? t('saved.sending', { count: waiting }) : t('saved.waiting', { count: waiting })),
              waiting + troubled === 0 && t('saved.allSent', { count: sent }),
            ].filter(Boolean).join(t('saved.and'))}
          </span>
          <Icon name="right" size={16} />
        </Link>
      )}
    </div>
  );
}
