// Numbers, money and dates as a county office writes them. Values come as decimal strings and are only shown here.
import type { Language } from '../i18n/language';
import { parsePeriod } from './period';

export const none = '—';

function group(text: string): string {
  const [whole, fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

// A minus sign that lines up and is read as one.
const signed = (text: string): string => text.replace(/^-/, '−');

export function toNumber(value: string | number | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = typeof value === 'number' ? value : Number(value);
  return Number.isFinite(number) ? number : null;
}

export function formatCount(value: string | number | null | undefined): string {
  const number = toNumber(value);
  return number === null ? none : signed(group(String(Math.round(number))));
}

function fixed(number: number, digits: number): string {
  const text = number.toFixed(digits);
  return signed(group(Number(text) === 0 ? text.replace('-', '') : text));
}

export function formatPercent(value: string | number | null | undefined, digits = 1): string {
  const number = toNumber(value);
  if (number === null) return none;
  // Rare events (mortality) would all read 0.0 %.
  const shown = digits === 1 && number !== 0 && Math.abs(number) < 0.01 ? 2 : digits;
  return `${fixed(number * 100, shown)}%`;
}

export function formatMoney(value: string | number | null | undefined, language: Language): string {
  const number = toNumber(value);
  if (number === null) return none;
  const size = Math.abs(number);
  if (language === 'zh') {
    if (size >= 1e8) return `${fixed(number / 1e8, 2)} 亿元`;
    if (size >= 1e4) return `${fixed(number / 1e4, size >= 1e6 ? 1 : 2)} 万元`;
    return `${fixed(number, 0)} 元`;
  }
  if (size >= 1e6) return `¥${fixed(number / 1e6, 2)}M`;
  if (size >= 1e4) return `¥${fixed(number / 1e3, 1)}k`;
  return `¥${fixed(number, 0)}`;
}

// What somebody was charged, to the cent: a record is not rounded.
export function formatExactMoney(value: string | number | null | undefined, language: Language): string {
  const number = toNumber(value);
  if (number === null) return none;
  return language === 'zh' ? `${fixed(number, 2)} 元` : `¥${fixed(number, 2)}`;
}

// Days of one stay, which are whole.
export function formatDays(value: string | number | null | undefined, language: Language): string {
  const number = toNumber(value);
  if (number === null) return none;
  return `${Number.isInteger(number) ? formatCount(number) : fixed(number, 1)} ${language === 'zh' ? '天' : 'd'}`;
}

// A value of a measure in its unit (UCUM).
export function formatValue(value: string | number | null | undefined, unit: string, language: Language): string {
  const number = toNumber(value);
  if (number === null) return none;
  if (unit === '1') return formatPercent(number);
  if (unit === 'CNY') return formatMoney(number, language);
  if (unit === 'd') return language === 'zh' ? `${fixed(number, 1)} 天` : `${fixed(number, 1)} d`;
  return Number.isInteger(number) ? formatCount(number) : fixed(number, 1);
}

// A numerator or denominator: money comes with its decimal places, a count without.
export function formatPart(part: string | number | null | undefined, isMoney: boolean, language: Language): string {
  const money = isMoney || (typeof part === 'string' && /\.\d*[1-9]/.test(part));
  return money ? formatMoney(part, language) : formatCount(part);
}

// How much it moved: shares in percentage points, the rest in the unit itself.
export function formatChange(change: string | number | null | undefined, unit: string, language: Language): string {
  const number = toNumber(change);
  if (number === null) return none;
  const sign = number > 0 ? '+' : '';
  if (unit === '1') {
    const points = Math.abs(number) < 0.0005 && number !== 0 ? 2 : 1;
    return `${sign}${fixed(number * 100, points)}${language === 'zh' ? ' 个百分点' : ' pp'}`;
  }
  return sign + formatValue(number, unit, language);
}

// The same for a scale whose unit is said once: changeUnit().
export function formatBareChange(change: string | number | null | undefined, unit: string, language: Language): string {
  const number = toNumber(change);
  if (number === null) return none;
  const sign = number > 0 ? '+' : '';
  if (unit === '1') return sign + (Number.isInteger(Number((number * 100).toFixed(6))) ? fixed(number * 100, 0) : fixed(number * 100, 1));
  if (unit === 'd') return sign + fixed(number, 1);
  return sign + formatValue(number, unit, language);
}

export function changeUnit(unit: string, language: Language): string {
  if (unit === '1') return language === 'zh' ? '百分点' : 'percentage points';
  if (unit === 'd') return language === 'zh' ? '天' : 'days';
  return '';
}

export function formatPeriod(period: string | null | undefined, language: Language): string {
  if (period?.includes('..')) {
    const [from, to] = period.split('..');
    const [first, last] = [parsePeriod(from), parsePeriod(to)];
    if (first?.month && last?.month && first.year === last.year) {
      if (first.month === 1 && last.month === 12) return formatPeriod(String(first.year), language);
      return language === 'zh' ? `${first.year}年${first.month}月至${last.month}月` : `${monthNames[first.month - 1]} – ${monthNames[last.month - 1]} ${first.year}`;
    }
    return language === 'zh' ? `${formatPeriod(from, language)}至${formatPeriod(to, language)}` : `${formatPeriod(from, language)} – ${formatPeriod(to, language)}`;
  }
  const parsed = parsePeriod(period);
  if (!parsed) return period ? period : none;
  const { year, quarter, month } = parsed;
  if (language === 'zh') {
    if (quarter) return `${year}年第${'一二三四'[quarter - 1]}季度`;
    return month ? `${year}年${month}月` : `${year}年`;
  }
  if (quarter) return `Q${quarter} ${year}`;
  return month ? `${monthNames[month - 1]} ${year}` : String(year);
}

export const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// A share is typed in percent and sent as a decimal, without binary rounding: "85.5" → "0.855".
export function percentToDecimal(percent: string): string | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(percent.trim().replace(/[%％]$/, '').trim());
  if (!match) return null;
  const [, sign, whole, fraction = ''] = match;
  const digits = whole.padStart(3, '0');
  const text = `${digits.slice(0, -2).replace(/^0+(?=\d)/, '')}.${digits.slice(-2)}${fraction}`.replace(/0+$/, '').replace(/\.$/, '');
  return sign + text;
}

export function decimalToPercent(decimal: string | null | undefined): string {
  const number = toNumber(decimal);
  return number === null ? '' : String(Number((number * 100).toFixed(4)));
}

export function formatDate(date: string | null | undefined, language: Language): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(date ?? '');
  if (!match) return date ? date : none;
  const [, year, month, day] = match;
  if (language === 'zh') return `${year}年${Number(month)}月${Number(day)}日`;
  return `${Number(day)} ${monthNames[Number(month) - 1]} ${year}`;
}

// The clock reading that the server wrote, without shifting it to the zone of whoever looks.
export function formatInstant(instant: string | null | undefined, language: Language): string {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})/.exec(instant ?? '');
  if (!match) return formatDate(instant, language);
  return `${formatDate(match[1], language)} ${match[2]}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${fixed(bytes / 1024, 0)} kB`;
  if (bytes < 1024 * 1024 * 1024) return `${fixed(bytes / 1024 / 1024, 1)} MB`;
  return `${fixed(bytes / 1024 / 1024 / 1024, 1)} GB`;
}
