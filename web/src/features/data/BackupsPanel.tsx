// The scheduled backups, for the administrator: when the last one was made, when the next comes, and what went wrong.
import { useQuery } from '@tanstack/react-query';
import { ApiError, call } from '../../api/client';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatBytes, formatCount, formatInstant, none } from '../../lib/format';
import { Panel } from '../../ui/Panel';
import { Failed, Loading } from '../../ui/states';

export interface Backups {
  folder: string;
  keep: { days: number; weeks: number; months: number };
  working: boolean;
  next: string | null;
  kept: number;
  newest: { name: string; at: string; bytes: number; seconds: number } | null;
  failure: { at: string; zh: string; en: string } | null;
}

const lateMilliseconds = 36 * 3_600_000;

// None yet, failed since the last good one, or none for a day and a half: the administrator has to look.
export function isWorrying(backups: Backups, now: number): boolean {
  if (backups.failure && (!backups.newest || backups.failure.at > backups.newest.at)) return true;
  return !backups.working && (!backups.newest || now - Date.parse(backups.newest.at) > lateMilliseconds);
}

export function BackupsPanel() {
  const { t } = useWords();
  const answer = useQuery({ queryKey: ['backups'], queryFn: ({ signal }) => call<Backups>('/api/backups', { signal }), refetchInterval: 60_000, retry: false });
  const isOff = answer.error instanceof ApiError && answer.error.code === 'no-scheduled-backups';
  return (
    <Panel title={t('backups.title')}>
      {isOff ? <p className="hint" role="note">{t('backups.off')}</p>
        : answer.data ? <Shown backups={answer.data} />
          : answer.error ? <Failed error={answer.error} retry={() => void answer.refetch()} />
            : <Loading lines={2} />}
    </Panel>
  );
}

function Shown({ backups }: { backups: Backups }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const { newest, failure, keep } = backups;
  return (
    <>
      {isWorrying(backups, Date.now()) && <p className="form-error" role="alert">{failure ? t('backups.failed', { at: formatInstant(failure.at, language), why: text(failure) }) : t('backups.late')}</p>}
      <dl className="facts">
        <div><dt>{t('backups.newest')}</dt><dd>{newest ? t('backups.newestIs', { at: formatInstant(newest.at, language), size: formatBytes(newest.bytes) }) : none}</dd></div>
        <div><dt>{t('backups.next')}</dt><dd>{backups.working ? t('backups.working') : backups.next ? formatInstant(backups.next, language) : none}</dd></div>
        <div><dt>{t('backups.kept')}</dt><dd>{t('backups.keptAre', { count: backups.kept, shown: formatCount(backups.kept), days: keep.days, weeks: keep.weeks, months: keep.months })}</dd></div>
        <div><dt>{t('backups.folder')}</dt><dd><code>{backups.folder}</code></dd></div>
      </dl>
    </>
  );
}
