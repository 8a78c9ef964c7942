// Which people are asked for: it stands in the link, so that "back" closes their sheet and a link shares it.
import type { PeopleQuestion } from '../../care/queries';
import { hrefWith } from '../../router/router';

export type Asked = Omit<PeopleQuestion, 'pathway'>;

// All who are enrolled are asked for with nothing; the link still has to say something.
const enrolled = 'pool=enrolled';

export function peopleHref(asked: Asked): string {
  const parts = Object.entries(asked).filter(([key, value]) => value && !(key === 'pool' && value === 'enrolled')) as [string, string][];
  return hrefWith({ people: new URLSearchParams(parts).toString() || enrolled });
}

export function askedIn(people: string): Asked {
  const { pool, ...rest } = Object.fromEntries(new URLSearchParams(people)) as Asked;
  return pool && pool !== 'enrolled' ? { ...rest, pool } : rest;
}
