import { expect, it } from 'vitest';
import { careOf, concept, extensionValue, furtherFields, maskIdCard, money } from './fhir';

it('reads what is there and nothing else', () => {
  const encounter = {
    resourceType: 'Encounter',
    extension: [
      { url: 'https://x/operation-level-maximum', valueCode: '3' },
      { url: 'https://x/first-page-fields', extension: [{ url: 'GJ', valueString: '中国' }] },
    ],
  };
  expect(extensionValue(encounter, 'operation-level-maximum')).toBe('3');
  expect(extensionValue(encounter, 'total-cost')).toBe('');
  expect(furtherFields(encounter)).toEqual([['GJ', '中国']]);
  expect(concept({ coding: [{ code: 'J18.900', display: '肺炎' }] })).toMatchObject({ code: 'J18.900', display: '肺炎' });
  expect(concept(undefined)).toEqual({ system: '', code: '', display: '' });
  expect(money({ value: 12.5 })).toBe('12.5');
  expect(money(null)).toBeNull();
});

it('an identity number is not shown whole', () => {
  expect(maskIdCard('990101196104120022')).toBe('990101**********22');
});

it('says in a word what kind of care was settled', () => {
  expect(['21', '52', '11', '51', '41', '99', ''].map(careOf)).toEqual(['inpatient', 'inpatient', 'outpatient', 'outpatient', 'pharmacy', null, null]);
});
