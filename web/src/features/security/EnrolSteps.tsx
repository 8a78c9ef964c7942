// A second factor is set up: the password, then the QR code and a first code of it, then the codes for paper.
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { call } from '../../api/client';
import type { FactorOffer } from '../../api/types';
import { useWords } from '../../i18n';
import { copyText } from '../../lib/download';
import { useMe } from '../../session/session';
import { Loading } from '../../ui/states';
import { plainCode, groupsOfFour } from './security';
import { Proof, type ProofAsk } from './Proof';
import { RecoveryCodes } from './RecoveryCodes';

const QrPicture = lazy(() => import('./QrPicture'));

export function EnrolSteps({ proof = { password: true }, onDone, onCancel }: { proof?: ProofAsk; onDone: () => void; onCancel?: () => void }) {
  const { t } = useWords();
  const me = useMe();
  const [offer, setOffer] = useState<FactorOffer | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <RecoveryCodes codes={codes} onNoted={onDone} />;
  if (!offer) {
    return (
      <>
        <p>{t('security.enrolLead')}</p>
        <Proof key="password" ask={proof} button={t('security.next')} user={me.user} onCancel={onCancel}
          send={async (body) => setOffer(await call<FactorOffer>('/api/session/second-factor', { method: 'POST', body }))} />
      </>
    );
  }
  return (
    <>
      <Scan offer={offer} />
      <Proof key="code" ask={{ code: 'telephone' }} button={t('security.turnOn')} user={me.user} onCancel={onCancel}
        send={async ({ code }) => {
          const made = await call<{ recoveryCodes: string[] }>('/api/session/second-factor/confirm', { method: 'POST', body: { code: plainCode(code) } });
          // Who has passkeys has codes for paper already.
          if (made.recoveryCodes.length > 0) setCodes(made.recoveryCodes);
          else onDone();
        }} />
    </>
  );
}

function Scan({ offer }: { offer: FactorOffer }) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const lead = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    lead.current?.scrollIntoView({ block: 'nearest' });   // gives a promise in newer browsers
  }, []);
  return (
    <div className="scan">
      <p ref={lead}>{t('security.scan')}</p>
      <div className="scan-picture" role="img" aria-label={t('security.qr')}>
        <div aria-hidden="true"><Suspense fallback={<Loading lines={3} />}><QrPicture value={offer.uri} /></Suspense></div>
      </div>
      <p className="faint">{t('security.cannotScan')}</p>
      <p className="scan-secret">
        <code>{groupsOfFour(offer.secret).map((group, index) => <span key={index}>{group} </span>)}</code>{' '}
        <button type="button" className="tool" onClick={() => void copyText(offer.secret).then(setCopied)}>{t(copied ? 'security.secretCopied' : 'security.copySecret')}</button>
      </p>
      <p>
        <a href={offer.uri}>{t('security.openApp')}</a>
      </p>
    </div>
  );
}
