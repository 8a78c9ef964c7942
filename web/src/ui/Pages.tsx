// Back and forth through a long list.
import { useWords } from '../i18n';
import { formatCount } from '../lib/format';
import { Icon } from './icons';

export function Pages({ offset, size, total, change }: { offset: number; size: number; total: number; change: (offset: number) => void }) {
  const { t } = useWords();
  if (total <= size) return null;
  return (
    <nav className="pages" aria-label={t('pages.label')}>
      <button type="button" className="tool" disabled={offset === 0} onClick={() => change(Math.max(0, offset - size))}>
        <Icon name="back" size={16} />
        {t('pages.back')}
      </button>
      <span>{t('pages.range', { from: formatCount(offset + 1), to: formatCount(Math.min(offset + size, total)), total: formatCount(total) })}</span>
      <button type="button" className="tool" disabled={offset + size >= total} onClick={() => change(offset + size)}>
        {t('pages.next')}
        <Icon name="right" size={16} />
      </button>
    </nav>
  );
}
