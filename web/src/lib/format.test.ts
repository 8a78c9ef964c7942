import { describe, expect, it } from 'vitest';
import {
  changeUnit, decimalToPercent, formatBareChange, formatBytes, formatChange, formatCount, formatDate, formatDays, formatExactMoney, formatInstant, formatMoney, formatPart, formatPercent, formatPeriod, formatValue, none, percentToDecimal,
} from './format';

describe('shares', () => {
  it('are percentages with one place, small ones with two', () => {
    expect(formatPercent('0.8123')).toBe('81.2%');
    expect(formatPercent('1')).toBe('100.0%');
    expect(formatPercent('0.0076')).toBe('0.76%');
    expect(formatPercent('0')).toBe('0.0%');
    expect(formatPercent(null)).toBe(none);
    expect(formatPercent('')).toBe(none);
  });
  it('change by percentage points, with a sign', () => {
    expect(formatChange(0.0161, '1', 'zh')).toBe('+1.6 个百分点');
    expect(formatChange('-0.0161', '1', 'en')).toBe('−1.6 pp');
    expect(formatChange(0.0002, '1', 'en')).toBe('+0.02 pp');
    expect(formatChange(0, '1', 'en')).toBe('0.0 pp');
    expect(formatChange(null, '1', 'en')).toBe(none);
  });
});

describe('money', () => {
  it('is 元, 万元, 亿元 in Chinese', () => {
    expect(formatMoney('812.00', 'zh')).toBe('812 元');
    expect(formatMoney('9999.4', 'zh')).toBe('9,999 元');
    expect(formatMoney('13700', 'zh')).toBe('1.37 万元');
    expect(formatMoney('33059123.45', 'zh')).toBe('3,305.9 万元');
    expect(formatMoney('123456789.00', 'zh')).toBe('1.23 亿元');
    expect(formatMoney('-71', 'zh')).toBe('−71 元');
  });
  it('is ¥, k, M in English', () => {
    expect(formatMoney('812', 'en')).toBe('¥812');
    expect(formatMoney('13700', 'en')).toBe('¥13.7k');
    expect(formatMoney('33059123.45', 'en')).toBe('¥33.06M');
  });
  it('is told from a count by its decimal places', () => {
    expect(formatPart('5252', false, 'zh')).toBe('5,252');
    expect(formatPart('52525.20', false, 'zh')).toBe('5.25 万元');
    expect(formatPart('48457000', true, 'zh')).toBe('4,845.7 万元');
  });
});

describe('values in their unit', () => {
  it('follow the unit', () => {
    expect(formatValue('0.3', '1', 'zh')).toBe('30.0%');
    expect(formatValue('8.44', 'd', 'zh')).toBe('8.4 天');
    expect(formatValue('8.44', 'd', 'en')).toBe('8.4 d');
    expect(formatValue('160', '{case}', 'zh')).toBe('160');
    expect(formatValue('11094.2', 'CNY', 'zh')).toBe('1.11 万元');
    expect(formatCount('1234567')).toBe('1,234,567');
  });
});

describe('dates and periods', () => {
  it('are written as the language writes them', () => {
    expect(formatDate('2025-07-01', 'zh')).toBe('2025年7月1日');
    expect(formatDate('2025-07-01', 'en')).toBe('1 Jul 2025');
    expect(formatDate('', 'zh')).toBe(none);
    expect(formatPeriod('2025', 'zh')).toBe('2025年');
    expect(formatPeriod('2025Q3', 'zh')).toBe('2025年第三季度');
    expect(formatPeriod('2025Q3', 'en')).toBe('Q3 2025');
    expect(formatPeriod('2025-07', 'zh')).toBe('2025年7月');
    expect(formatPeriod('2025-05..2025-07', 'zh')).toBe('2025年5月至7月');
    expect(formatPeriod('2025-05..2025-07', 'en')).toBe('May – Jul 2025');
    expect(formatPeriod('2024-07..2025-06', 'zh')).toBe('2024年7月至2025年6月');
    expect(formatPeriod('2024-07..2025-06', 'en')).toBe('Jul 2024 – Jun 2025');
    expect(formatPeriod('2025-01..2025-12', 'zh')).toBe('2025年');
  });
  it('show the clock that the server wrote, whatever the zone here', () => {
    expect(formatInstant('2025-11-22T13:05:00+08:00', 'zh')).toBe('2025年11月22日 13:05');
    expect(formatInstant('2025-11-22T23:59:00+08:00', 'en')).toBe('22 Nov 2025 23:59');
  });
});

describe('a typed percentage', () => {
  it('becomes a decimal without binary rounding', () => {
    expect(percentToDecimal('85.5')).toBe('0.855');
    expect(percentToDecimal('85')).toBe('0.85');
    expect(percentToDecimal('5')).toBe('0.05');
    expect(percentToDecimal('0.7')).toBe('0.007');
    expect(percentToDecimal('100')).toBe('1');
    expect(percentToDecimal('29.1 %')).toBe('0.291');
    expect(percentToDecimal('１２')).toBeNull();
    expect(percentToDecimal('viel')).toBeNull();
    expect(percentToDecimal('1e2')).toBeNull();
  });
  it('comes back', () => {
    expect(decimalToPercent('0.855')).toBe('85.5');
    expect(decimalToPercent('0.29')).toBe('29');
    expect(decimalToPercent(null)).toBe('');
  });
});

it('sizes of files', () => {
  expect(formatBytes(812)).toBe('812 B');
  expect(formatBytes(20480)).toBe('20 kB');
  expect(formatBytes(3 * 1024 * 1024)).toBe('3.0 MB');
});

describe('a scale of changes', () => {
  it('says its unit once', () => {
    expect([-0.1, 0, 0.2, 0.125].map((change) => formatBareChange(change, '1', 'zh'))).toEqual(['−10', '0', '+20', '+12.5']);
    expect(changeUnit('1', 'zh')).toBe('百分点');
    expect(formatBareChange('-1.25', 'd', 'en')).toBe('−1.3');
    expect(formatBareChange('2000', 'CNY', 'zh')).toBe('+2,000 元');
    expect(changeUnit('CNY', 'zh')).toBe('');
    expect(formatBareChange(null, '1', 'en')).toBe(none);
  });
});

describe('one record', () => {
  it('is not rounded', () => {
    expect(formatExactMoney('10684.04', 'zh')).toBe('10,684.04 元');
    expect(formatExactMoney(8222.5, 'en')).toBe('¥8,222.50');
    expect(formatExactMoney(null, 'zh')).toBe(none);
    expect(formatDays('2', 'zh')).toBe('2 天');
    expect(formatDays('1.5', 'en')).toBe('1.5 d');
    expect(formatDays('', 'en')).toBe(none);
  });
});
