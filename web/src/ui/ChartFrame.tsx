// Every picture comes with the same numbers as a table, and both can be taken away (CSV, PNG).
import { useRef, useState, type MutableRefObject, type ReactNode } from 'react';
import { useWords } from '../i18n';
import type { Cell } from '../lib/csv';
import { downloadBlob, downloadCsv } from '../lib/download';
import { Icon } from './icons';
import { showToast } from './toasts';

export interface Picture {
  png: () => Promise<Blob>;
}

export type PictureRef = MutableRefObject<Picture | null>;

interface ChartFrameProps {
  name: string;
  // What the picture shows, in a sentence: read instead of seeing it.
  summary: string;
  chart: (picture: PictureRef) => ReactNode;
  // Left out where the same numbers stand below the picture anyway.
  table?: ReactNode;
  // Left out where the page offers the numbers of the whole table itself.
  cells?: () => Cell[][];
  // false where what is shown is itself a table
  drawn?: boolean;
  tools?: ReactNode;
}

export function ChartFrame({ name, summary, chart, table, cells, tools, drawn = true }: ChartFrameProps) {
  const { t } = useWords();
  const [asTable, setAsTable] = useState(false);
  const picture = useRef<Picture | null>(null);
  const takePicture = () => {
    picture.current?.png().then(
      (blob) => downloadBlob(blob, `${name}.png`),
      () => showToast({ text: t('chart.pngFailed'), kind: 'bad' }),
    );
  };
  return (
    <figure className="chart-frame" aria-label={name}>
      <div className="chart-tools">
        {tools}
        <span className="chart-tools-end">
          {table !== undefined && (
            <button type="button" className="tool" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              <Icon name={asTable ? 'chart' : 'table'} size={16} />
              {asTable ? t('chart.asChart') : t('chart.asTable')}
            </button>
          )}
          {cells && (
            <button type="button" className="tool" onClick={() => downloadCsv(cells(), name)}>
              <Icon name="download" size={16} />
              CSV
            </button>
          )}
          {!asTable && drawn && (
            <button type="button" className="tool" onClick={takePicture}>
              <Icon name="download" size={16} />
              PNG
            </button>
          )}
        </span>
      </div>
      {asTable ? table : chart(picture)}
      <figcaption className="only-read">{summary}</figcaption>
    </figure>
  );
}
