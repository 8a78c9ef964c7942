// The session has ended: ask again above the page, which stays as it is underneath.
import { useEffect, useRef } from 'react';
import { useWords } from '../../i18n';
import { useSession } from '../../session/session';
import { CodeStep } from './CodeStep';
import { SignInForm } from './SignInForm';

export default function ReturnDialog() {
  const { t } = useWords();
  const { session, half, signOut } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The name is known; what is asked for is the password.
    dialog.current?.querySelector<HTMLInputElement>('input[name=password]')?.focus();
  }, []);
  return (
    <dialog ref={dialog} className="return-dialog" aria-labelledby="return-title" onCancel={(event) => event.preventDefault()}>
      <h2 id="return-title">{t('signin.endedTitle')}</h2>
      {!half && <p>{t('signin.endedLead')}</p>}
      {half ? <CodeStep /> : <SignInForm user={session?.user} />}
      <button type="button" className="link-button" onClick={() => void signOut()}>{t('signin.otherUser')}</button>
    </dialog>
  );
}
