import { describe, expect, it } from 'vitest';
import type { MeasureDefinition, SheetRow } from '../../api/types';
import { bySize, casesOf, merge, toLines } from './sheet';

const row = (part: Partial<SheetRow>): SheetRow => ({
  measure: 'm', subject: 'H1', subjectName: '县医院', period: '2025', stratum: '', stratumName: { zh: '', en: '' }, numerator: '1', denominator: '2', value: '0.5',
  met: 1, notMet: 1, missing: 0, conflicting: 0, edition: '1', asOf: 1, ...part,
});
const definition = { id: 'm', subject: 'hospital', kind: 'ratio' } as MeasureDefinition;

describe('lines of a sheet', () => {
  it('one a subject, one column a month', () => {
    const lines = toLines([row({ stratum: '2025-01' }), row({ stratum: '2025-02', value: '0.6' }), row({ subject: 'H2', stratum: '2025-01' })], '', true, () => 'total');
    expect(lines.map((line) => line.key)).toEqual(['H1|', 'H2|']);
    expect(lines[0].cells.get('2025-02')?.value).toBe('0.6');
  });
  it('a split has its own lines and drops the month from the name', () => {
    const lines = toLines([row({ stratum: 'lung|2025-01', stratumName: { zh: '肺癌|2025-01', en: 'Lung|2025-01' } })], 'disease-group', true, () => 'total');
    expect(lines[0]).toMatchObject({ stratum: 'lung', stratumName: { zh: '肺癌', en: 'Lung' } });
    expect([...lines[0].cells.keys()]).toEqual(['2025-01']);
  });
  it('whole period and months stand in the same line', () => {
    const whole = toLines([row({})], '', false, () => 'total');
    const both = merge(whole, toLines([row({ stratum: '2025-01' })], '', true, () => 'total'));
    expect([...both[0].cells.keys()]).toEqual(['total', '2025-01']);
    expect([...whole[0].cells.keys()]).toEqual(['total']);
  });
  it('years are columns', () => {
    const lines = toLines([row({ period: '2024' }), row({ period: '2025' })], '', false, (each) => each.period);
    expect([...lines[0].cells.keys()]).toEqual(['2024', '2025']);
  });
});

it('a cell asks for exactly its cases', () => {
  expect(casesOf(definition, { subject: 'H1', stratum: '' }, '', '2025-01')).toEqual({ measure: 'm', period: '2025-01', org: 'H1' });
  const county = { ...definition, subject: 'county' } as MeasureDefinition;
  expect(casesOf(county, { subject: '999901', stratum: 'city' }, 'destination', '2025', 'H2')).toEqual({ measure: 'm', period: '2025', org: 'H2', destination: 'city' });
  expect(casesOf(county, { subject: '999901', stratum: 'T1' }, 'org', '2025')).toEqual({ measure: 'm', period: '2025', institution: 'T1' });
});

it('the strata of a split stand by size, the rest of everything last', () => {
  const sized = (stratum: string, denominator: string | null) => row({ stratum, denominator });
  const lines = toLines([sized('other', '900'), sized('hernia', '2'), sized('stroke', '50'), sized('', '70'), sized('none', null)], 'disease-group', false, () => 'total');
  expect(bySize(lines).map((line) => line.stratum)).toEqual(['stroke', 'hernia', 'none', 'other', '']);
});
