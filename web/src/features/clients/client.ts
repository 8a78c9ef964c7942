// What a program may be, before the server (src/oauth/client.cc), which has the last word, is asked.

export const logins = ['none', 'secret', 'keys'] as const;

export interface TypedClient {
  name: string;
  login: string;
  redirects: string;   // one a line
  scope: string;
  account: string;
  jwks: string;
}

export type ClientFault = 'needName' | 'needWay' | 'badRedirect' | 'needScope' | 'badKeys';
export type ClientFaults = { name?: ClientFault; redirects?: ClientFault; scope?: ClientFault; jwks?: ClientFault };

export const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

const isRedirect = (address: string): boolean =>
  /^https:\/\/[^\s/?#@\\]+([/?][^\s#\\]*)?$/.test(address) || /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?([/?][^\s#\\]*)?$/.test(address);

function isKeySet(text: string): boolean {
  try {
    const set = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(set.keys) && set.keys.length > 0;
  } catch {
    return false;
  }
}

export function clientFaultsOf(typed: TypedClient): ClientFaults {
  const faults: ClientFaults = {};
  if (typed.name.trim() === '') faults.name = 'needName';
  const redirects = linesOf(typed.redirects);
  if (redirects.length === 0 && (typed.login !== 'keys' || typed.account.trim() === '')) faults.redirects = 'needWay';
  else if (!redirects.every(isRedirect)) faults.redirects = 'badRedirect';
  if (typed.scope.trim() === '') faults.scope = 'needScope';
  if (typed.login === 'keys' && !isKeySet(typed.jwks)) faults.jwks = 'badKeys';
  return faults;
}

// What the server is sent: nothing that the chosen login has no use for.
export function bodyOf(typed: TypedClient): Record<string, unknown> {
  const keys = typed.login === 'keys';
  return {
    name: typed.name.trim(), login: typed.login, redirectUris: linesOf(typed.redirects), scope: typed.scope.trim().replace(/\s+/g, ' '),
    ...(keys ? { jwks: JSON.parse(typed.jwks) as unknown, account: typed.account.trim() } : {}),
  };
}
