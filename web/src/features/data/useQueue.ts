// Files that were dropped and wait for a word, or are on their way up.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { query, upload, type Upload } from '../../api/client';
import { useCounty } from '../../api/queries';
import { guessFile, type Guess, type ImportKind } from '../../lib/sniff';
import { importKindsOf } from '../../session/roles';
import { useMe } from '../../session/session';

export interface Waiting {
  id: number;
  file: File;
  guess: Guess | null;
  kind: ImportKind | '';
  org: string;
  stayDays: '' | 'inclusive';
  phase: 'reading' | 'ready' | 'uploading' | 'failed';
  fraction: number;
  error: unknown;
}

export interface FileQueue {
  files: Waiting[];
  add: (files: File[]) => void;
  change: (id: number, part: Partial<Waiting>) => void;
  start: (id: number) => void;
  remove: (id: number) => void;
}

let nextId = 1;

export function useQueue(): FileQueue {
  const client = useQueryClient();
  const me = useMe();
  const { data: county } = useCounty();
  const [files, setFiles] = useState<Waiting[]>([]);
  const uploads = useRef(new Map<number, Upload>());
  const waiting = useRef(files);
  waiting.current = files;

  const change = useCallback((id: number, part: Partial<Waiting>) => {
    setFiles((old) => old.map((each) => (each.id === id ? { ...each, ...part } : each)));
  }, []);

  const add = useCallback((added: File[]) => {
    for (const file of added) {
      const id = nextId++;
      setFiles((old) => [...old, { id, file, guess: null, kind: '', org: '', stayDays: '', phase: 'reading', fraction: 0, error: null }]);
      guessFile(file).then(
        (found) => {
          const allowed = found.kind !== null && importKindsOf(me).includes(found.kind);
          const named = county?.organizations.find((organization) => organization.name === found.userName || organization.code === found.userName);
          change(id, { guess: found, kind: allowed && found.kind ? found.kind : '', org: named?.code ?? '', phase: 'ready' });
        },
        // Gone, locked, or a folder.
        () => change(id, { guess: { kind: null, encoding: null, columns: [], userName: null, trouble: 'unreadable' }, phase: 'ready' }),
      );
    }
  }, [change, county, me]);

  const remove = useCallback((id: number) => {
    uploads.current.get(id)?.abort();
    uploads.current.delete(id);
    setFiles((old) => old.filter((each) => each.id !== id));
  }, []);

  const start = useCallback((id: number) => {
    const one = waiting.current.find((each) => each.id === id);
    if (!one || one.kind === '' || one.phase === 'uploading') return;
    const org = one.kind === 'first-pages' ? one.org : '';
    const path = `/api/imports${query({ kind: one.kind, org, name: one.file.name, stayDays: one.kind === 'first-pages' ? one.stayDays : '' })}`;
    change(id, { phase: 'uploading', fraction: 0, error: null });
    const going = upload(path, one.file, (fraction) => change(id, { fraction }));
    uploads.current.set(id, going);
    going.finished.then(
      async () => {
        await client.invalidateQueries({ queryKey: ['imports'] });
        remove(id);
      },
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'AbortError') return;
        change(id, { phase: 'failed', error });
      },
    );
  }, [change, client, remove]);

  const isUploading = files.some((each) => each.phase === 'uploading');
  useEffect(() => {
    if (!isUploading) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isUploading]);

  return { files, add, change, start, remove };
}
