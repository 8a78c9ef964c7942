// Signing out wipes this device: what is not yet with the server would be lost, and that takes a second word.
import { useEffect, useRef } from 'react';
import { useWords } from '../i18n';
import { Button } from '../ui/Button';

export function LeaveDialog({ count, stay, leave }: { count: number; stay: () => void; leave: () => void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal?.();
  }, []);
  return (
    <dialog ref={dialog} className="return-dialog" aria-labelledby="leave-title" onCancel={stay} onClose={stay}>
      <h2 id="leave-title">{t('saved.leaveTitle', { count })}</h2>
      <p>{t('saved.leaveHow')}</p>
      <div className="form-end">
        <Button kind="danger" onClick={leave}>{t('saved.leaveNow')}</Button>
        <Button kind="strong" onClick={stay}>{t('saved.stay')}</Button>
      </div>
    </dialog>
  );
}
