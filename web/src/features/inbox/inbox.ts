// What waits for a specialist: the urgent first, then what has waited longest; how much of the answer's time is left.
import { proposalOf } from '../../care/referral';
import type { Receiver, Referral, Urgency } from '../../care/types';
import type { Language } from '../../i18n/language';

const order: Urgency[] = ['emergency', 'urgent', 'routine'];

export function byUrgencyAndAge<T extends { urgency: Urgency; sentAt: string | null }>(list: T[]): T[] {
  return [...list].sort((a, b) => order.indexOf(a.urgency) - order.indexOf(b.urgency) || (a.sentAt ?? '').localeCompare(b.sentAt ?? ''));
}

export interface Left {
  overdue: boolean;
  days: number;
  hours: number;
  minutes: number;
}

export function timeLeft(deadline: string | null | undefined, now: number): Left | null {
  const at = deadline ? Date.parse(deadline) : Number.NaN;
  if (Number.isNaN(at)) return null;
  const minutes = Math.floor(Math.abs(at - now) / 60_000);
  return { overdue: at < now, days: Math.floor(minutes / 1440), hours: Math.floor((minutes % 1440) / 60), minutes: minutes % 60 };
}

export const waitsForAnswer = (referral: Pick<Referral, 'state'>): boolean => ['sent', 'under-review'].includes(referral.state);

// The verbs in the order in which a hand reaches for them; those that end something stand last.
const verbs = ['accept', 'arrive', 'review-approve', 'take-over', 'return-result', 'send-down', 'interim', 'send', 'close', 'no-show', 'review-return', 'decline', 'refuse-take-over', 'withdraw'];
export const sortedVerbs = (may: string[]): string[] => [...may].sort((a, b) => (verbs.indexOf(a) + 100) % 100 - (verbs.indexOf(b) + 100) % 100);
export const endsSomething = (verb: string): boolean => ['review-return', 'decline', 'refuse-take-over', 'withdraw', 'no-show'].includes(verb);

export interface VerbFields {
  reason: string;
  note: string;
  start: string;
  department: string;
  bed: string;
  text: string;
  pathway: string;
  nextDate: string;
  receiver: string;
  consent: boolean;
}

// An emergency is taken now; anybody else gets a time that somebody chose. "2026-11-30T09:05", in China's time.
export function startAtFirst(verb: string, urgency: string, now: number): string {
  return verb === 'accept' && urgency === 'emergency' ? new Date(now + 8 * 3_600_000).toISOString().slice(0, 16) : '';
}

export const emptyFields: VerbFields = { reason: '', note: '', start: '', department: '', bed: '', text: '', pathway: '', nextDate: '', receiver: '', consent: false };

export const reasonKinds: Record<string, string> = { decline: 'decline', withdraw: 'withdraw', 'refuse-take-over': 'notTakenOver' };

export const needsReason = (verb: string): boolean => verb in reasonKinds;

export function bodyOf(verb: string, fields: VerbFields, version: string | number): Record<string, unknown> {
  const body: Record<string, unknown> = { version };
  if (fields.note.trim()) body.note = fields.note.trim();
  if (needsReason(verb) && fields.reason) body.reason = fields.reason;
  if (verb === 'accept') {
    const slot = Object.fromEntries([['start', fields.start ? `${fields.start}:00+08:00` : ''], ['department', fields.department.trim()], ['bed', fields.bed.trim()]].filter(([, value]) => value));
    if (Object.keys(slot).length > 0) body.slot = slot;
  }
  if (verb === 'return-result') body.result = { text: fields.text.trim(), documents: [] };
  if (verb === 'send') {
    body.receiver = { organization: fields.receiver, ...(fields.department.trim() ? { department: fields.department.trim() } : {}) };
    if (fields.consent) body.consent = true;
  }
  if (verb === 'send-down' || (verb === 'send' && fields.text.trim())) body.plan = { text: fields.text.trim(), ...(fields.pathway ? { pathway: fields.pathway } : {}), ...(fields.nextDate ? { nextDate: fields.nextDate } : {}) };
  return body;
}

// What only a draft asks for. In an emergency consent may come later.
export interface DraftNeeds {
  consent: boolean;
  plan: boolean;
}

export const draftNeeds = (referral: Referral): DraftNeeds | undefined =>
  referral.state === 'draft' ? { consent: proposalOf(referral) !== undefined && referral.urgency !== 'emergency', plan: referral.direction === 'down' } : undefined;

// Who was chosen, else who stands in the draft, else who is suggested.
export const receiverOfDraft = (receivers: Receiver[], chosen: string, inDraft: string): string =>
  [chosen, inDraft].find((each) => receivers.some((one) => one.organization === each)) ?? (inDraft || (receivers.find((each) => each.suggested)?.organization ?? ''));

export type Missing = 'receiver' | 'consent' | 'reason' | 'reasonOrNote' | 'text' | 'note' | 'start';

// As the server asks for it (docs/formats/referral.md, states).
export function missingOf(verb: string, fields: VerbFields, draft?: DraftNeeds): Missing | null {
  if (verb === 'send' && !fields.receiver) return 'receiver';
  if (verb === 'accept' && !fields.start) return 'start';
  if (needsReason(verb) && !fields.reason && !(draft && fields.note.trim())) return draft ? 'reasonOrNote' : 'reason';
  if ((verb === 'return-result' || verb === 'send-down' || (verb === 'send' && draft?.plan)) && !fields.text.trim()) return 'text';
  if (verb === 'send' && draft?.consent && !fields.consent) return 'consent';
  return (verb === 'interim' || verb === 'review-return') && !fields.note.trim() ? 'note' : null;
}

export const isProgram = (who: string): boolean => who === 'system';

// What the program notes is in both languages: "中文 / English".
export function noteOf({ who, note }: Pick<Referral['history'][number], 'who' | 'note'>, language: Language): string {
  const parts = note.split(' / ');
  return isProgram(who) && parts.length === 2 ? parts[language === 'zh' ? 0 : 1] : note;
}
