// Days as the record writes them ("2026-11-28"), without zones.
const dayMilliseconds = 86_400_000;
const atNoon = (day: string): number => Date.parse(`${day.slice(0, 10)}T00:00:00Z`);

export const addDays = (day: string, days: number): string => new Date(atNoon(day) + days * dayMilliseconds).toISOString().slice(0, 10);

// Positive when `later` is after `earlier`.
export const daysBetween = (earlier: string, later: string): number => Math.round((atNoon(later) - atNoon(earlier)) / dayMilliseconds);

const two = (number: number): string => String(number).padStart(2, '0');

// The instant of this device's clock with its offset, as the server writes instants.
export function instant(now: Date): string {
  const offset = -now.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}T${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}${zone}`;
}

export function ageOn(birthDate: string, today: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthDate);
  if (!match) return null;
  const age = Number(today.slice(0, 4)) - Number(match[1]) - (today.slice(5, 10) < birthDate.slice(5, 10) ? 1 : 0);
  return age >= 0 && age < 130 ? age : null;
}

// What an identity card number says, if its check digit holds.
export function readIdNumber(text: string): { birthDate: string; gender: 'male' | 'female' } | null {
  const number = text.trim().toUpperCase();
  if (!/^\d{17}[\dX]$/.test(number)) return null;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  if ('10X98765432'[sum % 11] !== number[17]) return null;
  const birthDate = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  const time = Date.parse(`${birthDate}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== birthDate) return null;
  return { birthDate, gender: Number(number[16]) % 2 === 1 ? 'male' : 'female' };
}
