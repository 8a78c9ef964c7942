// Is a value on the right side of its target, and is a change a good one? "monitor" measures are never judged.
import type { MeasureDefinition } from '../api/types';
import { toNumber } from '../lib/format';

export type Standing = 'met' | 'missed' | 'none';

export function standing(value: string | null, target: string | null | undefined, direction: MeasureDefinition['direction'] | undefined): Standing {
  const have = toNumber(value);
  const want = toNumber(target);
  if (have === null || want === null || !direction || direction === 'monitor') return 'none';
  return (direction === 'up' ? have >= want : have <= want) ? 'met' : 'missed';
}

export function tone(change: number | null, direction: MeasureDefinition['direction'] | undefined): 'good' | 'bad' | 'plain' {
  if (change === null || change === 0 || !direction || direction === 'monitor') return 'plain';
  return (change > 0) === (direction === 'up') ? 'good' : 'bad';
}
