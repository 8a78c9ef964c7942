// What a note of the audit says in words, and the question that the page's address holds.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call, query } from '../../api/client';

export interface AuditNote {
  number: number;
  at: string;
  t: number;
  user: string;
  name: string;
  role: string;
  purpose: string;
  origin: string;
  verb: string;
  type: string;
  what: string;
  rows: number;
}

interface AuditPage {
  notes: AuditNote[];
  before: number;
  looked: number;
}

export interface AuditSeal {
  day: string;
  number: number;
  at: string;
  link: string;
  publicKey: string;
  signature: string;
}

export const verbs = ['commit', 'open', 'read', 'search', 'history', 'vread', 'scan', 'openings', 'audit', 'backup', 'restore'] as const;

// What the program does for somebody who signs in, or manages accounts, programs and rules: the word that stands in the note.
export const deeds = ['sign-in', 'sign-in-half', 'wrong-password', 'wrong-code', 'password', 'session-end', 'session-used', 'token', 'account-add', 'account-change', 'factor-offer',
  'factor-confirm', 'factor-remove', 'factor-codes', 'passkey-offer', 'passkey-add', 'passkey-rename', 'passkey-remove', 'wrong-passkey', 'client-add', 'client-change', 'grant', 'grant-code', 'grant-use', 'settings'] as const;

// The deed, and what or whom it was done to; null: an ordinary change of a record.
export function deedOf(note: Pick<AuditNote, 'verb' | 'type' | 'what'>): { deed: (typeof deeds)[number]; to: string } | null {
  if (note.verb !== 'commit' || !/^(Qianxian|Basic$)/.test(note.type)) return null;
  const words = note.what.split(' ');
  const at = words.findIndex((word, i) => i > 0 && (deeds as readonly string[]).includes(word));
  if (at < 0) return null;
  const isNamed = note.type === 'QianxianAccount' || note.type === 'QianxianClient';
  return { deed: words[at] as (typeof deeds)[number], to: words.slice(at + 1).join(' ') || (isNamed ? words[0] : '') };
}

export const asked = ['user', 'verb', 'text', 'from', 'to'] as const;
export type Question = Partial<Record<(typeof asked)[number], string>>;

export function questionOf(search: URLSearchParams): Question {
  const question: Question = {};
  for (const name of asked) {
    const value = search.get(name)?.trim();
    if (value) question[name] = value;
  }
  return question;
}

// A day that a person mistyped is not asked; the server would refuse it.
export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

const notesAtOnce = 50;

export const useAudit = (question: Question) =>
  useInfiniteQuery({
    queryKey: ['audit', question],
    queryFn: ({ pageParam, signal }) => call<AuditPage>(`/api/audit${query({ ...question, count: notesAtOnce, before: pageParam || undefined })}`, { signal }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.before || undefined,
  });

export const useSeals = () =>
  useQuery({ queryKey: ['audit-seals'], queryFn: ({ signal }) => call<{ seals: AuditSeal[] }>('/api/audit/seals', { signal }).then((answer) => answer.seals) });

// The lines that `qianxian check --seals` compares.
export const sealLines = (seals: AuditSeal[]): string =>
  seals.map((seal) => `${seal.day} ${seal.number} ${seal.link} ${seal.publicKey} ${seal.signature}\n`).join('');
