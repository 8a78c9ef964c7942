// A one-time password, large enough to be read out on the telephone. It is nowhere else: the server keeps only its hash.
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { AccountReceipt } from '../../api/types';
import { useWords } from '../../i18n';
import { copyText } from '../../lib/download';
import { Icon } from '../../ui/icons';

interface OneTimePasswordProps {
  receipt: AccountReceipt;
  isNew: boolean;
  warned: boolean;
  onNoted: () => void;
  onClose: () => void;
}

export function OneTimePassword({ receipt, isNew, warned, onNoted, onClose }: OneTimePasswordProps) {
  const { t } = useWords();
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone: a keyboard and a screen reader start here.
  useEffect(() => heading.current?.focus(), []);
  const { account, oneTimePassword } = receipt;
  const copy = async () => {
    const done = await copyText(oneTimePassword ?? '');
    setCopied(done ? 'yes' : 'failed');
    if (done) onNoted();
  };
  return (
    <div className="one-time">
      <h3 ref={heading} tabIndex={-1}>{isNew ? t('accounts.made') : t('accounts.wasReset')}</h3>
      <p>{t('accounts.oneTimeLead', { name: account.name || account.user })}</p>
      <dl className="one-time-box">
        <dt>{t('accounts.user')}</dt>
        <dd>{account.user}</dd>
        <dt>{t('signin.oneTime')}</dt>
        <dd><code className="one-time-words">{oneTimePassword}</code></dd>
      </dl>
      <p role="status" className={copied === 'failed' ? 'form-error' : 'faint'}>
        {copied === 'yes' && t('accounts.copied')}
        {copied === 'failed' && t('accounts.copyFailed')}
      </p>
      {warned && copied !== 'yes' && <p className="form-error" role="alert">{t('accounts.notNoted')}</p>}
      <div className="form-end">
        <Button onClick={onClose}>{t('accounts.noted')}</Button>
        <Button type="primary" onClick={() => void copy()} icon={<Icon name={copied === 'yes' ? 'check' : 'file'} size={16} />}>{t('accounts.copy')}</Button>
      </div>
    </div>
  );
}
