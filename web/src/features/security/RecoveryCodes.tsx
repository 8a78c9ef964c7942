// Codes for the day when the telephone is lost: shown this once, to be copied or printed.
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n';
import { copyText, downloadBlob } from '../../lib/download';
import { useMe } from '../../session/session';
import { Icon } from '../../ui/icons';
import { codesAsText } from './security';

export function RecoveryCodes({ codes, onNoted }: { codes: string[]; onNoted: () => void }) {
  const { t } = useWords();
  const me = useMe();
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const text = codesAsText(t('security.recovery'), me.user, codes);
  const copy = async () => setCopied((await copyText(text)) ? 'yes' : 'failed');
  return (
    <div className="one-time recovery-sheet">
      <h2 ref={heading} tabIndex={-1}>{t('security.recovery')}</h2>
      <p>{t('security.recoveryLead')}</p>
      <p className="print-only">{t('app.name')} · {me.user}</p>
      <ul className="recovery-codes">
        {codes.map((code) => <li key={code}><code>{code}</code></li>)}
      </ul>
      <p role="status" className={copied === 'failed' ? 'form-error no-print' : 'faint no-print'}>
        {copied === 'yes' && t('security.copied')}
        {copied === 'failed' && t('security.copyFailed')}
      </p>
      <div className="queue-end wrap no-print">
        <button type="button" className="tool" onClick={() => void copy()}><Icon name={copied === 'yes' ? 'check' : 'file'} size={16} />{t('security.copy')}</button>
        <button type="button" className="tool" onClick={() => window.print()}><Icon name="print" size={16} />{t('common.print')}</button>
        <button type="button" className="tool" onClick={() => downloadBlob(new Blob([text], { type: 'text/plain;charset=utf-8' }), `qianxian-${me.user}.txt`)}>
          <Icon name="download" size={16} />{t('security.saveFile')}
        </button>
      </div>
      <div className="form-end no-print">
        <Button type="primary" onClick={onNoted}>{t('security.noted')}</Button>
      </div>
    </div>
  );
}
