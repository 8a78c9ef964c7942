// Where files are dropped or chosen.
import { useRef, useState, type DragEvent } from 'react';
import { useWords } from '../../i18n';
import { Icon } from '../../ui/icons';

export function DropZone({ take }: { take: (files: File[]) => void }) {
  const { t } = useWords();
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const input = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    take([...event.dataTransfer.files]);
  };
  return (
    <div
      className={over ? 'drop-zone drop-zone-over' : 'drop-zone'}
      onDragEnter={(event) => {
        event.preventDefault();
        depth.current++;
        setOver(true);
      }}
      onDragLeave={() => {
        depth.current--;
        if (depth.current <= 0) setOver(false);
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      <Icon name="data" size={30} />
      <p>{over ? t('data.dropNow') : t('data.dropHere')}</p>
      <button type="button" className="tool tool-strong" onClick={() => input.current?.click()}>
        {t('data.chooseFiles')}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        className="only-read"
        tabIndex={-1}
        aria-label={t('data.chooseFiles')}
        onChange={(event) => {
          take([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <p className="faint">{t('data.whatFiles')}</p>
    </div>
  );
}
