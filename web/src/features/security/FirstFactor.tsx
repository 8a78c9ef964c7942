// Who must have a second factor and has none sets it up before anything else: the telephone's codes, or a passkey where there can be one.
import { Button } from 'antd';
import { useState } from 'react';
import { useWords } from '../../i18n';
import { whyNoPasskeys } from '../../lib/passkey';
import { useSession } from '../../session/session';
import { EnrolSteps } from './EnrolSteps';
import { PasskeySteps } from './PasskeySteps';

export default function FirstFactor() {
  const { t } = useWords();
  const { refresh, signOut } = useSession();
  const [byPasskey, setByPasskey] = useState(false);
  return (
    <div className="form">
      <p className="entry-lead">{t('security.mustEnrol')}</p>
      {byPasskey ? <PasskeySteps proof={{ password: true }} onDone={() => void refresh()} /> : <EnrolSteps onDone={() => void refresh()} />}
      {whyNoPasskeys() === null && (
        <button type="button" className="link-button no-print" onClick={() => setByPasskey(!byPasskey)}>{t(byPasskey ? 'passkey.telephoneInstead' : 'passkey.instead')}</button>
      )}
      <Button className="no-print" block onClick={() => void signOut()}>{t('signin.signOut')}</Button>
    </div>
  );
}
