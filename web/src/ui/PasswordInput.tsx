// A password as it is typed: hidden, and shown while its button is pressed in. In a hurry and with gloves on, a wrong letter is found by looking.
import { Input, type InputProps } from 'antd';
import { useState } from 'react';
import { useWords } from '../i18n';
import { Icon } from './icons';

export function PasswordInput(props: InputProps) {
  const { t } = useWords();
  const [shown, setShown] = useState(false);
  const label = t('signin.showPassword');
  return (
    <Input {...props} type={shown ? 'text' : 'password'} size="large" autoCapitalize="none" spellCheck={false}
      suffix={
        <button type="button" className="password-eye" aria-pressed={shown} aria-label={label} title={shown ? t('signin.hidePassword') : label} onClick={() => setShown(!shown)}>
          <Icon name={shown ? 'eyeOff' : 'eye'} />
        </button>
      } />
  );
}
