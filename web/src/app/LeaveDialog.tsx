// Signing out wipes this device: what is not yet with the server would be lost, and that takes a second word.
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useWords } from '../i18n';

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
        <Button danger onClick={leave}>{t('saved.leaveNow')}</Button>
        <Button type="primary" onClick={stay}>{t('saved.stay')}</Button>
      </div>
    </dialog>
  );
}
