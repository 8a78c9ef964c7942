// Pictures of a record, one at a time and large. Escape closes, the arrow keys go on and back.
import { useEffect, useState } from 'react';
import { useWords } from '../i18n';
import { Icon } from '../ui/icons';
import { SideSheet } from '../ui/SideSheet';

interface PictureSheetProps {
  pictures: { path: string; title: string }[];
  at: number;
  move: (to: number) => void;
  close: () => void;
}

export default function PictureSheet({ pictures, at, move, close }: PictureSheetProps) {
  const { t } = useWords();
  const { path, title } = pictures[at];
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const to = at + (event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0);
      if (to !== at && to >= 0 && to < pictures.length) move(to);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [pictures, at, move]);
  return (
    <SideSheet title={<h2 className="side-sheet-h">{title}</h2>} width={1280} onClose={close}>
      <figure className="picture">
        <Large key={path} path={path} title={title} />
        <figcaption>
          {pictures.length > 1 && (
            <>
              <button type="button" className="tool tool-big" disabled={at === 0} onClick={() => move(at - 1)}><Icon name="back" size={16} />{t('files.previous')}</button>
              <span role="status">{t('files.nth', { nth: at + 1, all: pictures.length })}</span>
              <button type="button" className="tool tool-big" disabled={at === pictures.length - 1} onClick={() => move(at + 1)}>{t('files.next')}<Icon name="right" size={16} /></button>
            </>
          )}
          <a className="tool tool-big" href={path} target="_blank" rel="noopener noreferrer">{t('files.alone')}<span className="only-read"> {t('files.newTab')}</span></a>
        </figcaption>
      </figure>
    </SideSheet>
  );
}

function Large({ path, title }: { path: string; title: string }) {
  const { t } = useWords();
  const [state, setState] = useState<'coming' | 'there' | 'broken'>('coming');
  return (
    <div className="picture-frame">
      {state === 'coming' && <p role="status">{t('state.loading')}</p>}
      {state === 'broken' ? <p className="hint" role="alert">{t('files.notShown')}</p>
        : <img src={path} alt={title} onLoad={() => setState('there')} onError={() => setState('broken')} />}
    </div>
  );
}
