// What this user is offered, and what comes first: a village or township doctor starts with Today, a specialist with the inbox,
// everybody else with the county at a glance.
import { useCounty } from '../api/queries';
import { levelOf, startsWithToday, type Level } from '../care/level';
import { useFeatures, type Features } from '../care/queries';
import type { County, Session } from '../api/types';
import { may } from '../session/roles';
import { useMe } from '../session/session';
import { navigation, type Entry, type RouteName } from './routes';

// A telephone's foot has room for five.
const clinicians: Record<string, RouteName[]> = {
  today: ['today', 'patients', 'inbox', 'programmes', 'measures'],
  inbox: ['inbox', 'patients', 'today', 'programmes', 'measures'],
};

export function homeOf(session: Session, level: Level, features: Features): RouteName {
  if (may(session, 'care')) {
    if (features.flow && (startsWithToday(level) || !features.referral)) return 'today';
    if (features.referral) return 'inbox';
  }
  return navigation.find((entry) => entry.name !== 'today' && isOffered(entry, session, features))?.name ?? 'overview';
}

export function isOffered({ work, needs }: Entry, session: Session, features: Features): boolean {
  return (!work || may(session, work)) && (!needs || features[needs]);
}

export function entriesFor(session: Session, home: RouteName, features: Features): Entry[] {
  const offered = navigation.filter((entry) => !entry.isQuiet && isOffered(entry, session, features));
  const order = clinicians[home];
  if (!order) return offered;
  return order.map((name) => offered.find((entry) => entry.name === name)).filter((entry): entry is Entry => entry !== undefined);
}

export interface Home {
  features: Features;
  home: RouteName;
  entries: Entry[];
  // Whether the server has said what it answers.
  isSure: boolean;
}

const homeKey = 'qianxian.home';

export function rememberedHome(): RouteName | null {
  try {
    return localStorage.getItem(homeKey) as RouteName | null;
  } catch {
    return null;
  }
}

function remember(home: RouteName): void {
  try {
    localStorage.setItem(homeKey, home);
  } catch {
    // Then the next start asks for the overview first, in vain for some.
  }
}

export function makeHome(session: Session, county: County, features: Features): Home {
  const home = homeOf(session, levelOf(session, county), features);
  return { features, home, entries: entriesFor(session, home, features), isSure: true };
}

// null: not known yet.
export function useHome(): Home | null {
  const me = useMe();
  const { data: county } = useCounty();
  const asked = useFeatures(may(me, 'care') || may(me, 'inbox') || may(me, 'programmes'));
  // Where the first page does not depend on it, nobody waits for it: the entry comes when it is known.
  const features = asked ?? (may(me, 'care') ? null : { flow: false, referral: false, consultation: false });
  if (!county || !features) return null;
  const found = makeHome(me, county, features);
  remember(found.home);
  return { ...found, isSure: asked !== undefined || !may(me, 'programmes') };
}
