// The server says that there is something new (server-sent events); the page then asks for it. Where there are no events, or
// the line breaks, the lists ask by themselves every minute; a line that comes back says what it had last, and gets the rest.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

const lists = ['notices', 'referrals.received', 'referrals.sent', 'referrals.review', 'consultations.received', 'consultations.sent'].map((name) => ['care', name]);
// What each kind of event makes worth asking for again; `missed`: the server does not know what came meanwhile.
const follows: Record<string, string[][]> = {
  notice: [['work'], ...lists], referral: [['work'], ...lists], consultation: [['work'], ...lists], missed: [['work'], ['care', 'today'], ...lists],
};
const lasting = 5_000;

export function useEvents(enabled: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!enabled || typeof EventSource === 'undefined') return undefined;
    let source: EventSource | null = null;
    let opened = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let last = '';
    const look = (kind: string) => (follows[kind] ?? follows.notice).forEach((queryKey) => void client.invalidateQueries({ queryKey }));
    const open = () => {
      source = new EventSource(last ? `/api/events?lastEventId=${encodeURIComponent(last)}` : '/api/events');
      source.onopen = () => {
        opened = Date.now();
      };
      // `t` comes with the number of the newest event.
      for (const kind of ['t', ...Object.keys(follows)]) {
        source.addEventListener(kind, (event: MessageEvent<string>) => {
          last = event.lastEventId || last;
          if (kind !== 't') look(kind);
        });
      }
      source.onerror = () => {
        // A server without events answers with a refusal: ask it seldom, not every few seconds.
        source?.close();
        failures = Date.now() - opened < lasting || opened === 0 ? failures + 1 : 0;
        timer = setTimeout(open, Math.min(60_000 * 10, 3_000 * 2 ** failures));
      };
    };
    timer = setTimeout(open, 1500);
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [enabled, client]);
}
