// On which floor of the county somebody works; it decides the first page and what is offered first.
import type { County, Session } from '../api/types';

export type Level = 'village' | 'township' | 'county' | 'city' | 'none';

export function levelOf(session: Session, county: Pick<County, 'organizations'> | undefined): Level {
  const kinds = session.organizations.map((code) => county?.organizations.find((each) => each.code === code)?.kind ?? '');
  if (kinds.some((kind) => kind.startsWith('county'))) return 'county';
  if (kinds.some((kind) => kind === 'city' || kind === 'province' || kind === 'other-province')) return 'city';
  if (kinds.includes('township') || kinds.some((kind) => kind === 'community')) return 'township';
  if (kinds.includes('village')) return 'village';
  return 'none';
}

// Who does the work of a village or a township starts with the day's list, a specialist with the inbox.
export const startsWithToday = (level: Level): boolean => level === 'village' || level === 'township';

// From the foot up; who stands lower than all who may do a step (pack: `who`) cannot do it, who stands higher may.
const floors: readonly string[] = ['village', 'township', 'county', 'city'];

export function isAbove(level: Level, who: readonly string[]): boolean {
  const own = floors.indexOf(level);
  return own >= 0 && who.length > 0 && who.every((each) => floors.indexOf(each) > own);
}
