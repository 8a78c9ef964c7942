// Photos and PDFs for somebody's record: chosen or taken with the camera, looked at and named here, sent when "upload" is pressed.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import { ApiError } from '../api/client';
import { useLanguage, useWords } from '../i18n';
import { formatBytes, formatDate } from '../lib/format';
import { localDay } from '../lib/period';
import { Icon } from '../ui/icons';
import { useErrorText } from '../ui/states';
import { showToast } from '../ui/toasts';
import { fileTypes, isPicture, mostMegabytes, pictureTypes } from './files';
import type { Attached } from './types';
import { useFiles, type Files, type SentDocument, type WaitingFile } from './useFiles';

interface AddFilesProps {
  patient: string;
  // What the files are for: those of one page do not turn up on another.
  place: 'consult' | 'refer' | 'record';
  added?: (document: Attached) => void;
  // How many are chosen and not sent.
  waits?: (count: number) => void;
}

export function AddFiles({ patient, place, added, waits }: AddFilesProps) {
  const { t } = useWords();
  const language = useLanguage();
  const id = useId();
  const client = useQueryClient();
  const today = localDay(new Date());
  const [said, setSaid] = useState('');
  const sent = useCallback(({ reference, title, contentType }: SentDocument) => {
    const words = t('files.sent', { title });
    // Where it takes its place on the page at once, that is told to who does not see it.
    if (added) {
      added({ reference, title, contentType, on: today });
      setSaid(words);
    } else showToast({ text: words });
    void client.invalidateQueries({ queryKey: ['care', `patient.${patient}`] });
  }, [added, client, patient, t, today]);
  const list = useFiles(patient, place, t('files.photo', { date: formatDate(today, language) }), sent);
  const count = list.files.filter((each) => each.phase !== 'refused').length;
  useEffect(() => waits?.(count), [waits, count]);
  const still = list.files.filter((each) => each.phase === 'ready' || each.phase === 'failed');
  // One that failed has its own button.
  const all = still.length > 1 || still[0]?.phase === 'ready';
  return (
    <div className="add-files">
      <div className="add-files-ways">
        <Choose className="add-files-camera" label={t('files.camera')} accept={pictureTypes} capture take={list.add} />
        <Choose label={t('files.add')} accept={fileTypes} describedBy={`${id}-how`} take={list.add} />
      </div>
      <p id={`${id}-how`} className="faint">{t('files.how', { count: mostMegabytes })}</p>
      {list.files.length > 0 && <ul className="chosen-files" aria-label={t('files.list')}>{list.files.map((each) => <Chosen key={each.key} file={each} list={list} />)}</ul>}
      {all && <button type="button" className="tool tool-big tool-strong add-files-send" onClick={() => list.send(still.map((each) => each.key))}><Icon name="data" size={16} />{t('files.upload', { count: still.length })}</button>}
      <span className="only-read" role="status">{said}</span>
    </div>
  );
}

function Choose({ label, accept, capture, className = '', describedBy, take }: { label: string; accept: string; capture?: boolean; className?: string; describedBy?: string; take: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <span className={className}>
      <button type="button" className="tool tool-big" aria-describedby={describedBy} onClick={() => input.current?.click()}><Icon name={capture ? 'camera' : 'plus'} size={16} />{label}</button>
      <input ref={input} type="file" className="only-read" tabIndex={-1} aria-hidden="true" accept={accept} multiple={!capture} {...(capture ? { capture: 'environment' } : {})}
        onChange={(event) => {
          take([...(event.target.files ?? [])]);
          event.target.value = '';
        }} />
    </span>
  );
}

function Chosen({ file, list }: { file: WaitingFile; list: Files }) {
  const { t } = useWords();
  const id = useId();
  const words = useErrorText();
  const { key, phase, content, title } = file;
  const named = { title: title.trim() || file.fileName };
  const isOnItsWay = phase === 'queued' || phase === 'sending';
  const percent = Math.round(file.fraction * 100);
  return (
    <li className="chosen-file">
      <Preview content={content} />
      <div className="chosen-file-words">
        {content ? (
          <>
            <label className="only-read" htmlFor={id}>{t('files.name')}</label>
            <input id={id} className="text-input" maxLength={100} autoComplete="off" value={title} disabled={isOnItsWay}
              onChange={(event) => list.rename(key, event.target.value)} onBlur={() => list.renamed(key)} onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()} />
          </>
        ) : <strong className="clip">{file.fileName}</strong>}
        {phase === 'preparing' && <span className="faint" role="status">{t('files.preparing')}</span>}
        {phase === 'ready' && content && <span className="faint">{t('files.notYet', { size: formatBytes(content.blob.size) })}</span>}
        {phase === 'queued' && <span className="faint">{t('files.queued')}</span>}
        {phase === 'sending' && (
          <span className="progress">
            <span className="progress-track" role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-label={t('files.sending', { done: named.title })}><span className="progress-done" style={{ width: `${percent}%` }} /></span>
            <span>{t('files.sending', { done: `${percent}%` })}</span>
          </span>
        )}
        {file.fault && <span className="field-fault" role="alert">{t(`fileFault.${file.fault}`, { count: mostMegabytes })}</span>}
        {phase === 'failed' && <span className="field-fault" role="alert">{file.error instanceof ApiError && file.error.isNetwork ? t('files.noNetwork') : words(file.error)}</span>}
      </div>
      <div className="chosen-file-ways">
        {phase === 'failed' && <button type="button" className="tool tool-big" aria-label={t('files.againOf', named)} onClick={() => list.send([key])}>{t('files.again')}</button>}
        {isOnItsWay ? <button type="button" className="tool tool-big" aria-label={t('files.cancelOf', named)} onClick={() => list.stop(key)}>{t('common.cancel')}</button>
          : phase !== 'preparing' && <button type="button" className="tool tool-big" aria-label={t('files.removeOf', named)} onClick={() => list.remove(key)}>{t('data.remove')}</button>}
      </div>
    </li>
  );
}

function Preview({ content }: { content: WaitingFile['content'] }) {
  const [url, setUrl] = useState('');
  const picture = content && isPicture(content.type) ? content.blob : null;
  useEffect(() => {
    if (!picture) return undefined;
    const made = URL.createObjectURL(picture);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [picture]);
  return <span className="thumb">{picture && url ? <img src={url} alt="" /> : <Icon name="file" size={24} />}</span>;
}
