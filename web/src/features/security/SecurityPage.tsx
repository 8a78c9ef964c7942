// The own account: password, second factor, where one is signed in.
import { useWords } from '../../i18n';
import { hrefTo, Link } from '../../router/router';
import { useMe } from '../../session/session';
import { FactorSection } from './FactorSection';
import { PasskeySection } from './PasskeySection';
import { SessionsSection } from './SessionsSection';

export default function SecurityPage() {
  const { t } = useWords();
  const me = useMe();
  return (
    <div className="page security-page">
      <div className="page-head"><h1>{t('security.title')}</h1></div>
      <section className="panel security-part" aria-labelledby="security-password">
        <h2 id="security-password">{t('signin.password')}</h2>
        <p>{t('security.passwordLead', { user: me.user })}</p>
        <div className="queue-end"><Link className="tool" to={hrefTo('/password')}>{t('signin.changePassword')}</Link></div>
      </section>
      <FactorSection />
      <PasskeySection />
      <SessionsSection />
    </div>
  );
}
