// Where a fact comes from and how sure we are of it. The mark stands beside the fact, never only in a footnote.
import type { Mark, Source } from '../api/types';
import { useText, useWords } from '../i18n';

export function MarkBadge({ mark }: { mark: Mark }) {
  const { t } = useWords();
  const words = t(`mark.${mark}`);
  return (
    <span className={`badge mark-${mark}`} title={t(`markLong.${mark}`)}>
      {words}
    </span>
  );
}

export function SourceList({ sources }: { sources: Source[] }) {
  const { t } = useWords();
  const text = useText();
  if (sources.length === 0) return <p className="faint">{t('definition.noSource')}</p>;
  return (
    <ul className="sources">
      {sources.map((source, index) => (
        <li key={index}>
          <span>{text(source.title)}</span> {source.reference && <span className="faint">{source.reference}</span>} <MarkBadge mark={source.mark} />
          <span className="faint source-long">{t(`markLong.${source.mark}`)}</span>
        </li>
      ))}
    </ul>
  );
}
