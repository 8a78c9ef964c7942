// Records that travel with a question or stand in a record: pictures as thumbnails that open large, PDFs in a tab of their own.
import { lazy, Suspense, useState } from 'react';
import { useLanguage, useWords } from '../i18n';
import { formatDate } from '../lib/format';
import { Icon } from '../ui/icons';
import { documentPath, isPdf, isPicture } from './files';
import { useRecordTitle } from './parts';
import type { Attached } from './types';

const PictureSheet = lazy(() => import('./PictureSheet'));

export function Attachments({ of = [] }: { of: Attached[] | undefined }) {
  const { t } = useWords();
  const title = useRecordTitle();
  const language = useLanguage();
  const [open, setOpen] = useState<string | null>(null);
  const pictures = of.filter((each) => isPicture(each.contentType)).map((each) => ({ path: documentPath(each.reference), title: title(each) }));
  const at = pictures.findIndex((each) => each.path === open);
  if (of.length === 0) return null;
  return (
    <>
      <ul className="plain-list attached">
        {of.map((each) => {
          const path = documentPath(each.reference);
          const words = title(each);
          const from = <span className="faint">{[each.on && formatDate(each.on, language), each.institutionName].filter(Boolean).join(' ')}</span>;
          return (
            <li key={each.reference}>
              {isPicture(each.contentType) ? (
                <button type="button" className="attached-picture" aria-haspopup="dialog" onClick={() => setOpen(path)}><Thumb of={each} alt={words} /><span><span className="attached-title" aria-hidden="true">{words}</span> {from}</span></button>
              ) : isPdf(each.contentType) ? (
                <><a className="attached-file" href={path} target="_blank" rel="noopener noreferrer"><Icon name="file" size={16} /> <span className="attached-title">{words}</span><span className="only-read"> {t('files.newTab')}</span> <span className="badge">PDF</span></a> {from}</>
              ) : <><Icon name="file" size={16} /> {words} {from}</>}
            </li>
          );
        })}
      </ul>
      {at >= 0 && <Suspense fallback={null}><PictureSheet pictures={pictures} at={at} move={(to) => setOpen(pictures[to].path)} close={() => setOpen(null)} /></Suspense>}
    </>
  );
}

function Thumb({ of, alt }: { of: Attached; alt: string }) {
  const [broken, setBroken] = useState(false);
  return <span className="thumb">{broken ? <><Icon name="file" size={24} /><span className="only-read">{alt}</span></> : <img src={documentPath(of.reference)} alt={alt} loading="lazy" onError={() => setBroken(true)} />}</span>;
}

// What goes along, each with a tick.
export function AttachedChoice({ of, without, change }: { of: Attached[]; without: string[]; change: (without: string[]) => void }) {
  const title = useRecordTitle();
  const language = useLanguage();
  return (
    <>
      {of.map((each) => (
        <label key={each.reference} className="visit-also">
          <input type="checkbox" checked={!without.includes(each.reference)} onChange={(event) => change(event.target.checked ? without.filter((one) => one !== each.reference) : [...without, each.reference])} />
          {isPicture(each.contentType) && <Thumb of={each} alt="" />}
          <span>{title(each)} {each.on && <span className="faint">{formatDate(each.on, language)}</span>}</span>
        </label>
      ))}
    </>
  );
}
