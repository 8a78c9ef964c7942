// Who must have a second factor and has none sets it up before anything else.
import { Button } from 'antd';
import { useWords } from '../../i18n';
import { useSession } from '../../session/session';
import { EnrolSteps } from './EnrolSteps';

export default function FirstFactor() {
  const { t } = useWords();
  const { refresh, signOut } = useSession();
  return (
    <div className="form">
      <p className="entry-lead">{t('security.mustEnrol')}</p>
      <EnrolSteps onDone={() => void refresh()} />
      <Button className="no-print" block onClick={() => void signOut()}>{t('signin.signOut')}</Button>
    </div>
  );
}
