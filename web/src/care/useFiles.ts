// Files that were chosen and are not yet with the server. Each has its key from the beginning, so that sending it twice makes one document,
// and is kept on this device until it is sent or taken out: a camera may close the page, the network may be away for hours.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, query, upload, type Upload } from '../api/client';
import { newKey } from '../offline/ids';
import { forget, keep, recallAll } from '../offline/keep';
import { useMe } from '../session/session';
import { firstTitle, type FileFault, type FileType } from './files';
import { prepare } from './prepare';

export interface WaitingFile {
  key: string;
  fileName: string;
  title: string;
  phase: 'preparing' | 'refused' | 'ready' | 'queued' | 'sending' | 'failed';
  content: { blob: Blob; type: FileType } | null;
  fault: FileFault | null;
  fraction: number;
  error: unknown;
}

export interface SentDocument {
  reference: string;
  title: string;
  contentType: string;
}

export interface Files {
  files: WaitingFile[];
  add: (chosen: File[]) => void;
  rename: (key: string, title: string) => void;
  // What is being typed is on the screen; when it is done it is on the device.
  renamed: (key: string) => void;
  send: (keys: string[]) => void;
  stop: (key: string) => void;
  remove: (key: string) => void;
}

interface KeptFile {
  title: string;
  fileName: string;
  content: { blob: Blob; type: FileType };
}

const waiting = { fault: null, fraction: 0, error: null };

export function useFiles(patient: string, place: string, photo: string, sent: (document: SentDocument) => void): Files {
  const { user } = useMe();
  const shelf = `draft.file/${place}/${patient}/`;
  const [files, setFiles] = useState<WaitingFile[]>([]);
  const latest = useRef(files);
  latest.current = files;
  const going = useRef<{ key: string; upload: Upload } | null>(null);

  const change = useCallback((key: string, part: Partial<WaitingFile>) => setFiles((old) => old.map((each) => (each.key === key ? { ...each, ...part } : each))), []);
  const keepHere = useCallback(({ key, title, fileName, content }: WaitingFile) => void (content && keep<KeptFile>(user, shelf + key, { title, fileName, content })), [user, shelf]);
  const take = useCallback((key: string) => {
    setFiles((old) => old.filter((each) => each.key !== key));
    void forget(user, shelf + key).catch(() => undefined);
  }, [user, shelf]);

  useEffect(() => {
    let on = true;
    recallAll<KeptFile>(user, shelf).catch(() => []).then((found) => {
      if (!on) return;
      // Where a browser keeps nothing on the disk, files do not outlive the page.
      const back = found.filter(([, { value }]) => value.content.blob instanceof Blob).sort(([, a], [, b]) => a.at - b.at)
        .map(([name, { value }]): WaitingFile => ({ key: name.slice(shelf.length), ...value, phase: 'ready', ...waiting }));
      setFiles((old) => [...back.filter((each) => !old.some(({ key }) => key === each.key)), ...old]);
    });
    return () => { on = false; };
  }, [user, shelf]);

  const add = useCallback((chosen: File[]) => {
    for (const file of chosen) {
      const key = newKey();
      setFiles((old) => [...old, { key, fileName: file.name, title: file.name, phase: 'preparing', content: null, ...waiting }]);
      void prepare(file).then((made) => {
        const now = latest.current.find((each) => each.key === key);
        if (!now) return;
        if (typeof made === 'string') change(key, { phase: 'refused', fault: made });
        else {
          const title = firstTitle(file.name, made.type, photo, latest.current.filter((each) => each.key !== key).map((each) => each.title));
          const ready: WaitingFile = { ...now, title, phase: 'ready', content: made };
          latest.current = latest.current.map((each) => (each.key === key ? ready : each));
          change(key, ready);
          keepHere(ready);
        }
      });
    }
  }, [change, keepHere, photo]);

  // One at a time: two on a slow line would both take twice as long.
  useEffect(() => {
    const next = files.find((each) => each.phase === 'queued');
    if (going.current || !next?.content) return;
    const { key, title, content } = next;
    const path = `/api/patients/${encodeURIComponent(patient)}/documents${query({ title: title.trim() || photo, key })}`;
    const started = upload(path, content.blob, (fraction) => change(key, { fraction }), content.type);
    going.current = { key, upload: started };
    change(key, { phase: 'sending', fraction: 0, error: null });
    started.finished.then(
      (answer) => {
        going.current = null;
        take(key);
        sent(answer as SentDocument);
      },
      (error: unknown) => {
        going.current = null;
        if (error instanceof DOMException && error.name === 'AbortError') change(key, { phase: 'ready' });
        else {
          // Without a network, or a session, or when it was too much, the others would fare no better.
          const forAll = error instanceof ApiError && (error.isNetwork || error.isBusy || error.status === 401);
          setFiles((old) => old.map((each) => (each.key === key || (forAll && each.phase === 'queued') ? { ...each, phase: 'failed', error } : each)));
        }
      },
    );
  }, [files, patient, photo, change, take, sent]);
  useEffect(() => () => going.current?.upload.abort(), []);

  const rename = useCallback((key: string, title: string) => change(key, { title }), [change]);
  const renamed = useCallback((key: string) => latest.current.filter((each) => each.key === key).forEach(keepHere), [keepHere]);
  const send = useCallback((keys: string[]) => setFiles((old) => old.map((each) => (keys.includes(each.key) && each.content ? { ...each, phase: 'queued' } : each))), []);
  const stop = useCallback((key: string) => (going.current?.key === key ? going.current.upload.abort() : change(key, { phase: 'ready' })), [change]);
  return { files, add, rename, renamed, send, stop, remove: take };
}
