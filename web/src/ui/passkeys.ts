// What went wrong with a passkey, in words: the browser's reason, or the server's.
import { useWords } from '../i18n';
import { PasskeyError, type PasskeyFault } from '../lib/passkey';
import { useErrorText } from './states';

export const faultTexts: Record<PasskeyFault, string> = {
  cancelled: 'passkey.cancelled',
  unsupported: 'passkey.unsupported',
  insecure: 'passkey.insecure',
  number: 'passkey.number',
  wrongPlace: 'passkey.wrongPlace',
  already: 'passkey.already',
  failed: 'passkey.failed',
};

export function usePasskeyErrorText(): (error: unknown) => string {
  const { t } = useWords();
  const words = useErrorText();
  return (error) => (error instanceof PasskeyError ? t(faultTexts[error.fault]) : words(error));
}
