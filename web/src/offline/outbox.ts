// What was done on this device and has to reach the server: each item once (the server knows its clientKey), in the order in
// which it was done, again and again with growing pauses until the server answers. What the server refuses waits for a person,
// with the reason; what collides with somebody else's work waits with both versions. Nothing leaves the outbox unseen.
import type { ApiErrorBody } from '../api/types';
import type { Shelf } from './shelf';

export type ItemKind = 'visit' | 'patient' | 'referral' | 'enrolment';
export type ItemState = 'waiting' | 'refused' | 'conflict' | 'set-aside' | 'sent';

export interface Item {
  id: string;  // the clientKey
  order: number;
  user: string;
  kind: ItemKind;
  path: string;
  body: Record<string, unknown>;
  // For the person who looks at the list.
  patient: string;
  patientName: string;
  // Only for this device: what was shown already, what was typed.
  local: Record<string, unknown>;
  at: number;
  state: ItemState;
  tries: number;
  nextAt: number;
  error: ApiErrorBody | null;
  theirs: unknown;
  sentAt: number | null;
  answer: unknown;
}

export type NewItem = Pick<Item, 'id' | 'user' | 'kind' | 'path' | 'body' | 'patient' | 'patientName'> & { local?: Record<string, unknown> };

export type Outcome =
  | { kind: 'sent'; answer: unknown }
  | { kind: 'later'; afterSeconds: number | null }
  | { kind: 'signed-out' }
  | { kind: 'refused'; error: ApiErrorBody }
  | { kind: 'conflict'; error: ApiErrorBody; theirs: unknown };

export type Send = (path: string, body: unknown) => Promise<Outcome>;

const firstPause = 2_000;
const longestPause = 5 * 60_000;
export const sentDays = 2;

export const pauseAfter = (tries: number): number => Math.min(firstPause * 2 ** Math.max(0, tries - 1), longestPause);

// A patient made here has no id of the server yet: what comes after names it so, and is told the id when it is known.
export const localPatient = (clientKey: string): string => `new:${clientKey}`;

export class Outbox {
  private readonly listeners = new Set<() => void>();
  private items: Item[] = [];
  private running: Promise<void> | null = null;
  private line: Promise<unknown> = Promise.resolve();

  constructor(private readonly shelf: Shelf, private readonly send: Send, private readonly now: () => number = Date.now) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  list = (): Item[] => this.items;

  get isDurable(): boolean {
    return this.shelf.isDurable;
  }

  // Reads what is kept, also what another window of this page has added.
  load(user: string): Promise<void> {
    return this.oneAfterTheOther(() => this.read(user));
  }

  private async read(user: string): Promise<void> {
    const all = await this.shelf.all<Item>('outbox');
    const old = this.now() - sentDays * 86_400_000;
    for (const [key, item] of all) if (item.state === 'sent' && (item.sentAt ?? 0) < old) await this.shelf.remove('outbox', key);
    this.show(all.map(([, item]) => item).filter((item) => item.user === user && !(item.state === 'sent' && (item.sentAt ?? 0) < old)));
  }

  async add(item: NewItem): Promise<void> {
    const order = this.items.reduce((most, each) => Math.max(most, each.order), 0) + 1;
    await this.keep({ local: {}, ...item, order, at: this.now(), state: 'waiting', tries: 0, nextAt: 0, error: null, theirs: null, sentAt: null, answer: null });
  }

  async change(id: string, part: Partial<Item>): Promise<void> {
    const item = this.items.find((each) => each.id === id);
    if (item) await this.keep({ ...item, ...part });
  }

  remove(id: string): Promise<void> {
    return this.oneAfterTheOther(async () => {
      await this.shelf.remove('outbox', id);
      this.show(this.items.filter((each) => each.id !== id));
    });
  }

  // When the next item may be tried; null: there is nothing to do.
  nextAt(): number | null {
    const waiting = this.ready();
    return waiting.length === 0 ? null : Math.min(...waiting.map((each) => each.nextAt));
  }

  // Sends what is due, one after the other. `hurry`: the network has just come back, pauses are over.
  flush(hurry = false): Promise<void> {
    this.running ??= this.run(hurry).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async run(hurry: boolean): Promise<void> {
    if (hurry) for (const item of this.items.filter((each) => each.state === 'waiting' && each.nextAt > 0)) await this.keep({ ...item, nextAt: 0 });
    for (let item = this.first(); item; item = this.first()) {
      const outcome = await this.send(item.path, item.body);
      if (outcome.kind === 'signed-out') return;
      if (outcome.kind === 'later') {
        const tries = item.tries + 1;
        const pause = Math.max(pauseAfter(tries), (outcome.afterSeconds ?? 0) * 1000);
        await this.keep({ ...item, tries, nextAt: this.now() + pause });
        return;  // the line is bad for all of them, and the order stays
      }
      if (outcome.kind === 'sent') await this.sent(item, outcome.answer);
      else await this.keep({ ...item, state: outcome.kind, error: outcome.error, theirs: outcome.kind === 'conflict' ? outcome.theirs : null });
    }
  }

  private async sent(item: Item, answer: unknown): Promise<void> {
    const id = (answer as { id?: unknown } | null)?.id;
    if (item.kind === 'patient' && typeof id === 'string') {
      const name = localPatient(item.id);
      for (const later of this.items.filter((each) => each.patient === name)) {
        await this.keep({ ...later, patient: id, body: later.body.patient === name ? { ...later.body, patient: id } : later.body });
      }
    }
    const latest = this.items.find((each) => each.id === item.id) ?? item;
    await this.keep({ ...latest, state: 'sent', sentAt: this.now(), answer, error: null, theirs: null });
  }

  // What waits, and does not wait for a patient who is not yet with the server.
  private ready(): Item[] {
    return this.items.filter((each) => each.state === 'waiting' && (each.kind === 'patient' || !each.patient.startsWith('new:')));
  }

  private first(): Item | undefined {
    const [next] = this.ready().sort((a, b) => a.order - b.order);
    return next && next.nextAt <= this.now() ? next : undefined;
  }

  private keep(item: Item): Promise<void> {
    return this.oneAfterTheOther(async () => {
      await this.shelf.put('outbox', item.id, item);
      const known = this.items.some((each) => each.id === item.id);
      this.show(known ? this.items.map((each) => (each.id === item.id ? item : each)) : [...this.items, item]);
    });
  }

  private oneAfterTheOther(work: () => Promise<void>): Promise<void> {
    const done = this.line.then(work);
    this.line = done.catch(() => undefined);
    return done;
  }

  private show(items: Item[]): void {
    this.items = [...items].sort((a, b) => a.order - b.order);
    this.listeners.forEach((listener) => listener());
  }
}
