// The texts that the first view, the frame and the sign-in need: whole spaces, or single keys of one. The other texts come with the
// first other part of the page (app/routes.ts). first.test.ts says when one is missing here, and when one is not needed.
export const firstTexts = [
  'app', 'chart', 'common', 'destination', 'nav', 'overview', 'period', 'role', 'signin', 'standing', 'state', 'table', 'gapState', 'markLong', 'actionStatus', 'verdict',
  'action.due', 'action.note', 'action.overdue', 'action.owner', 'action.status', 'action.type',
  'definition.denominator', 'definition.full', 'definition.numerator', 'definition.of', 'gaps.none', 'leak.casesOut',
  'emergency.reviewTitle', 'emergency.waitingNotice', 'saved.leaveHow', 'saved.leaveNow', 'saved.leaveTitle', 'saved.stay', 'security.firstTitle', 'security.title',
  'passkey.already', 'passkey.cancelled', 'passkey.failed', 'passkey.insecure', 'passkey.lostBoth', 'passkey.number', 'passkey.only', 'passkey.unsupported', 'passkey.use', 'passkey.wrongPlace',
];

type Catalogue = Record<string, Record<string, string>>;

export const isFirst = (space: string, key: string): boolean => firstTexts.includes(space) || firstTexts.includes(`${space}.${key.replace(/_(one|other)$/, '')}`);

export function half(catalogue: Catalogue, which: 'first' | 'rest'): Catalogue {
  const spaces = Object.entries(catalogue).map(([space, texts]): [string, Record<string, string>] =>
    [space, Object.fromEntries(Object.entries(texts).filter(([key]) => isFirst(space, key) === (which === 'first')))]);
  return Object.fromEntries(spaces.filter(([, texts]) => Object.keys(texts).length > 0));
}
