// What the page does with secrets and codes before the server (src/auth/second_factor.cc) has the last word.
export const groupsOfFour = (secret: string): string[] => secret.match(/.{1,4}/g) ?? [];

// As people type and paste: blanks, hyphens, full-width digits.
export function plainCode(typed: string): string {
  return typed.replace(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)).replace(/[\s\u3000-]/g, '');
}

export type CodeFault = 'needCode' | 'needPassword';

export function faultsOf(password: string | null, code: string | null): { password?: CodeFault; code?: CodeFault } {
  const faults: { password?: CodeFault; code?: CodeFault } = {};
  if (password !== null && password === '') faults.password = 'needPassword';
  if (code !== null && plainCode(code) === '') faults.code = 'needCode';
  return faults;
}

// What proves who asks: the password, and who has a second factor that too.
export const proofOf = ({ enrolled, passkeys }: { enrolled: boolean; passkeys: number }): { password: true; code?: 'any'; passkey?: boolean } =>
  enrolled ? { password: true, code: 'any', passkey: passkeys > 0 } : { password: true };

// A text file and the clipboard: whose codes they are, one a line.
export const codesAsText = (title: string, user: string, codes: string[]): string => [`${title} · ${user}`, '', ...codes, ''].join('\n');

const few = 3;
export const isRunningOut = (left: number): boolean => left <= few;

// Where somebody is signed in: pages first, the newest use first, this one before all.
export function inOrder<T extends { kind: string; current: boolean; lastUsed: string }>(sessions: T[]): T[] {
  const rank = (one: T) => (one.current ? 0 : one.kind === 'page' ? 1 : 2);
  return [...sessions].sort((a, b) => rank(a) - rank(b) || b.lastUsed.localeCompare(a.lastUsed));
}
