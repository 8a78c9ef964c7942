import { describe, expect, it } from 'vitest';
import { Outbox, localPatient, pauseAfter, type NewItem, type Outcome } from './outbox';
import { memoryShelf } from './shelf';

const refusal = { category: 'invalid', code: 'x', zh: '不行', en: 'no' };
const item = (id: string, more: Partial<NewItem> = {}): NewItem => ({
  id, user: 'li', kind: 'visit', path: '/api/visits', body: { clientKey: id, patient: 'p1' }, patient: 'p1', patientName: '张三', ...more,
});

function setUp(answers: Outcome[]) {
  const shelf = memoryShelf();
  const sent: unknown[] = [];
  let clock = 1_000;
  const send = async (_: string, body: unknown): Promise<Outcome> => {
    sent.push(body);
    return answers.shift() ?? { kind: 'sent', answer: {} };
  };
  const outbox = new Outbox(shelf, send, () => clock);
  return { shelf, sent, outbox, pass: (milliseconds: number) => { clock += milliseconds; }, now: () => clock, send };
}
const states = (outbox: Outbox) => outbox.list().map((each) => each.state);

describe('the outbox', () => {
  it('sends each item once, in order', async () => {
    const { outbox, sent } = setUp([]);
    for (const id of ['a', 'b', 'c']) await outbox.add(item(id));
    await Promise.all([outbox.flush(), outbox.flush(), outbox.flush(true)]);
    await outbox.flush();
    expect(sent.map((body) => (body as { clientKey: string }).clientKey)).toEqual(['a', 'b', 'c']);
    expect(states(outbox)).toEqual(['sent', 'sent', 'sent']);
  });
  it('waits longer after each failure and keeps the order', async () => {
    const { outbox, sent, pass, now } = setUp([{ kind: 'later', afterSeconds: null }, { kind: 'later', afterSeconds: null }]);
    await outbox.add(item('a'));
    await outbox.add(item('b'));
    await outbox.flush();
    expect(sent).toHaveLength(1);
    expect(outbox.list()[0].nextAt - now()).toBe(2_000);
    await outbox.flush();
    expect(sent).toHaveLength(1);
    pass(2_000);
    await outbox.flush();
    expect(outbox.list()[0].nextAt - now()).toBe(4_000);
    pass(4_000);
    await outbox.flush();
    expect(sent.map((body) => (body as { clientKey: string }).clientKey)).toEqual(['a', 'a', 'a', 'b']);
    expect(states(outbox)).toEqual(['sent', 'sent']);
  });
  it('does not wait when the network has just come back', async () => {
    const { outbox, sent } = setUp([{ kind: 'later', afterSeconds: 60 }]);
    await outbox.add(item('a'));
    await outbox.flush();
    await outbox.flush(true);
    expect(sent).toHaveLength(2);
  });
  it('obeys the server when it asks for a longer pause', async () => {
    const { outbox, now } = setUp([{ kind: 'later', afterSeconds: 30 }]);
    await outbox.add(item('a'));
    await outbox.flush();
    expect(outbox.list()[0].nextAt - now()).toBe(30_000);
  });
  it('keeps what was refused, with the reason, and sends the others', async () => {
    const { outbox } = setUp([{ kind: 'refused', error: refusal }]);
    await outbox.add(item('a'));
    await outbox.add(item('b'));
    await outbox.flush();
    expect(states(outbox)).toEqual(['refused', 'sent']);
    expect(outbox.list()[0].error?.zh).toBe('不行');
  });
  it('keeps both versions of a conflict', async () => {
    const { outbox } = setUp([{ kind: 'conflict', error: refusal, theirs: { systolic: 130 } }]);
    await outbox.add(item('a'));
    await outbox.flush();
    expect(outbox.list()[0]).toMatchObject({ state: 'conflict', theirs: { systolic: 130 }, body: { clientKey: 'a' } });
    expect(outbox.nextAt()).toBeNull();
  });
  it('stops without loss when the session has ended', async () => {
    const { outbox } = setUp([{ kind: 'signed-out' }]);
    await outbox.add(item('a'));
    await outbox.flush();
    expect(outbox.list()[0]).toMatchObject({ state: 'waiting', tries: 0 });
  });
  it('survives the page', async () => {
    const { outbox, shelf, send } = setUp([{ kind: 'later', afterSeconds: null }]);
    await outbox.add(item('a'));
    await outbox.flush();
    const again = new Outbox(shelf, send, () => 1e9);
    await again.load('li');
    expect(states(again)).toEqual(['waiting']);
    await again.flush();
    expect(states(again)).toEqual(['sent']);
    const other = new Outbox(shelf, send, () => 1e9);
    await other.load('wang');
    expect(other.list()).toEqual([]);
  });
  it('a visit of a patient made here waits for the patient’s id', async () => {
    const { outbox, sent } = setUp([{ kind: 'later', afterSeconds: null }, { kind: 'sent', answer: { id: 'p77' } }]);
    const name = localPatient('new1');
    await outbox.add(item('new1', { kind: 'patient', path: '/api/patients', body: { clientKey: 'new1' }, patient: name }));
    await outbox.add(item('v1', { patient: name, body: { clientKey: 'v1', patient: name } }));
    await outbox.flush();
    await outbox.flush(true);
    expect(sent[sent.length - 1]).toEqual({ clientKey: 'v1', patient: 'p77' });
    expect(outbox.list()[1].patient).toBe('p77');
  });
  it('forgets what was sent two days ago', async () => {
    const { outbox, pass } = setUp([]);
    await outbox.add(item('a'));
    await outbox.flush();
    pass(3 * 86_400_000);
    await outbox.load('li');
    expect(outbox.list()).toEqual([]);
  });
});

it('pauses grow to five minutes', () => {
  expect([1, 2, 3, 20].map(pauseAfter)).toEqual([2_000, 4_000, 8_000, 300_000]);
});
