// A small history router: the path says the page, the query says everything else that a link must bring back (period,
// chosen measures, the open drawer). The server answers every unknown path with the page itself.
import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from 'react';

const changed = 'qianxian-navigate';

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(changed, listener);
  };
}

const currentHref = (): string => window.location.pathname + window.location.search;

export interface Place {
  path: string;
  search: URLSearchParams;
  href: string;
}

export function usePlace(): Place {
  const href = useSyncExternalStore(subscribe, currentHref);
  const mark = href.indexOf('?');
  return {
    href,
    path: mark < 0 ? href : href.slice(0, mark),
    search: new URLSearchParams(mark < 0 ? '' : href.slice(mark + 1)),
  };
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (to === currentHref()) return;
  const samePage = to.split('?')[0] === window.location.pathname;
  if (options.replace) window.history.replaceState(null, '', to);
  else window.history.pushState(null, '', to);
  window.dispatchEvent(new Event(changed));
  if (!samePage) window.scrollTo(0, 0);
}

export type Changes = Record<string, string | null | undefined>;

// The present place with some query parameters changed; null or '' takes one away.
export function hrefWith(changes: Changes, path = window.location.pathname, search = new URLSearchParams(window.location.search)): string {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function changeSearch(changes: Changes, options: { replace?: boolean } = {}): void {
  navigate(hrefWith(changes), options);
}

// Another page, keeping only the period.
export function hrefTo(path: string, parameters: Changes = {}): string {
  const period = new URLSearchParams(window.location.search).get('period');
  return hrefWith({ period, ...parameters }, path, new URLSearchParams());
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
  replace?: boolean;
  children?: ReactNode;
}

export function Link({ to, replace, onClick, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to, { replace });
  };
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
