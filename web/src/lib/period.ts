// Periods as the server names them: 2025, 2025Q3, 2025-07, and spans of months 2025-05..2025-07.
export interface Period {
  year: number;
  quarter?: number;
  month?: number;
}

export function parsePeriod(text: string | null | undefined): Period | null {
  const match = /^(\d{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?$/.exec(text ?? '');
  if (!match) return null;
  const period: Period = { year: Number(match[1]) };
  if (match[2]) period.quarter = Number(match[2]);
  if (match[3]) period.month = Number(match[3]);
  return period;
}

const two = (number: number): string => String(number).padStart(2, '0');

export function periodName({ year, quarter, month }: Period): string {
  if (quarter) return `${year}Q${quarter}`;
  return month ? `${year}-${two(month)}` : String(year);
}

// First and last month, counted from year 0.
export function monthsOf(period: Period): [number, number] {
  const start = period.year * 12;
  if (period.month) return [start + period.month - 1, start + period.month - 1];
  if (period.quarter) return [start + period.quarter * 3 - 3, start + period.quarter * 3 - 1];
  return [start, start + 11];
}

export function monthName(index: number): string {
  return `${Math.floor(index / 12)}-${two((index % 12) + 1)}`;
}

export function monthsBetween(from: string, to: string): string[] {
  const first = parsePeriod(from);
  const last = parsePeriod(to);
  if (!first || !last) return [];
  const names: string[] = [];
  for (let month = monthsOf(first)[0]; month <= monthsOf(last)[1]; month++) names.push(monthName(month));
  return names;
}

export function overlaps(period: Period, from: string, to: string): boolean {
  const first = parsePeriod(from);
  const last = parsePeriod(to);
  if (!first || !last) return false;
  const [start, end] = monthsOf(period);
  return start <= monthsOf(last)[1] && end >= monthsOf(first)[0];
}

export function yearsBetween(from: string, to: string): number[] {
  const first = parsePeriod(from);
  const last = parsePeriod(to);
  if (!first || !last) return [];
  return Array.from({ length: last.year - first.year + 1 }, (_, index) => first.year + index);
}

export function yearBefore(text: string): string | null {
  const period = parsePeriod(text);
  return period ? periodName({ ...period, year: period.year - 1 }) : null;
}

// First and last month of any period or span, as month names.
export function spanOf(text: string | null | undefined): [string, string] | null {
  const ends = (text ?? '').split('..');
  const first = parsePeriod(ends[0]);
  const last = parsePeriod(ends[ends.length - 1]);
  if (!first || !last || ends.length > 2) return null;
  return [monthName(monthsOf(first)[0]), monthName(monthsOf(last)[1])];
}

// The day of the reader's own clock, some days on: "2025-11-22".
export function localDay(now: Date, daysOn = 0): string {
  const moved = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) + daysOn * 86_400_000);
  return moved.toISOString().slice(0, 10);
}
