// The period of the whole page: from the link, else the newest full year that has data.
import { useCounty } from '../api/queries';
import { overlaps, parsePeriod } from '../lib/period';
import { usePlace } from '../router/router';

export function usePeriod(): string | null {
  const { search } = usePlace();
  const { data: county } = useCounty();
  const asked = search.get('period');
  const parsed = parsePeriod(asked);
  if (!county?.dataFrom || !county.dataTo) return null;
  if (asked && parsed && overlaps(parsed, county.dataFrom, county.dataTo)) return asked;
  return county.latestYear ?? county.dataTo.slice(0, 4);
}
