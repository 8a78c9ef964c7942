// States in words with a colour beside them, never by colour alone.
import type { Action, ActionStatus, Gap, Verdict } from '../api/types';
import { useWords } from '../i18n';

export function GapState({ state }: { state: Gap['state'] }) {
  const { t } = useWords();
  return <span className={`badge gap-${state}`}>{t(`gapState.${state}`)}</span>;
}

export function ActionState({ status, overdue }: { status: ActionStatus; overdue?: boolean }) {
  const { t } = useWords();
  return (
    <>
      <span className={`badge action-${status}`}>{t(`actionStatus.${status}`)}</span>
      {overdue && <span className="badge overdue">{t('action.overdue')}</span>}
    </>
  );
}

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { t } = useWords();
  return <span className={`badge verdict-${verdict}`}>{t(`verdict.${verdict}`)}</span>;
}

export const isUnderWay = (action: Action): boolean => action.status !== 'completed' && action.status !== 'cancelled';
