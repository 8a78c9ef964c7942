// What waits for a specialist: the urgent first, then what has waited longest; how much of the answer's time is left.
import type { Referral, Urgency } from '../../care/types';

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
}

// An emergency is taken now; anybody else gets a time that somebody chose. "2026-11-30T09:05", in China's time.
export function startAtFirst(verb: string, urgency: string, now: number): string {
  return verb === 'accept' && urgency === 'emergency' ? new Date(now + 8 * 3_600_000).toISOString().slice(0, 16) : '';
}

export const emptyFields: VerbFields = { reason: '', note: '', start: '', department: '', bed: '', text: '', pathway: '', nextDate: '' };

export const reasonKinds: Record<string, string> = { decline: 'decline', withdraw: 'withdraw', 'refuse-take-over': 'notTakenOver' };

export const needsReason = (verb: string): boolean => verb in reasonKinds;

export function bodyOf(verb: string, fields: VerbFields, version: string | number): Record<string, unknown> {
  const body: Record<string, unknown> = { version };
  if (fields.note.trim()) body.note = fields.note.trim();
  if (needsReason(verb)) body.reason = fields.reason;
  if (verb === 'accept') {
    const slot = Object.fromEntries([['start', fields.start ? `${fields.start}:00+08:00` : ''], ['department', fields.department.trim()], ['bed', fields.bed.trim()]].filter(([, value]) => value));
    if (Object.keys(slot).length > 0) body.slot = slot;
  }
  if (verb === 'return-result') body.result = { text: fields.text.trim(), documents: [] };
  if (verb === 'send-down') body.plan = { text: fields.text.trim(), ...(fields.pathway ? { pathway: fields.pathway } : {}), ...(fields.nextDate ? { nextDate: fields.nextDate } : {}) };
  return body;
}

// As the server asks for it (docs/formats/referral.md, states).
export function missingOf(verb: string, fields: VerbFields): 'reason' | 'text' | 'note' | 'start' | null {
  if (verb === 'accept' && !fields.start) return 'start';
  if (needsReason(verb) && !fields.reason) return 'reason';
  if ((verb === 'return-result' || verb === 'send-down') && !fields.text.trim()) return 'text';
  return (verb === 'interim' || verb === 'review-return') && !fields.note.trim() ? 'note' : null;
}
