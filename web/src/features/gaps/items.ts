// Gaps of a list's coverage: they are made of diseases or techniques, and each of their values is a year's.
import type { Gap, Point } from '../../api/types';
import { spanOf } from '../../lib/period';

export const isOfList = (gap: Gap): boolean => gap.carriers.some((carrier) => Boolean(carrier.item));

// The month that a point's year ends with; a month is its own.
export const monthOf = (point: Point): string => spanOf(point.period)?.[1] ?? point.period;

// Do the points stand for years that roll on, and not for single months?
export const rolls = (points: Point[]): boolean => points.some((point) => point.period.includes('..'));
