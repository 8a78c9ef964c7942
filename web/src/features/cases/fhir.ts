// Reads the few FHIR elements that a case is shown with. Anything may be missing: what is not there is not shown.
import type { FhirResource } from '../../api/types';

type Json = unknown;
type Fields = Record<string, Json>;

export const asFields = (value: Json): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {});
export const asList = (value: Json): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
export const asText = (value: Json): string => (typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '');

export interface Concept {
  system: string;
  code: string;
  display: string;
}

export function concept(value: Json): Concept {
  const fields = asFields(value);
  const coding = asFields(asList(fields.coding)[0]);
  return { system: asText(coding.system), code: asText(coding.code), display: asText(coding.display) || asText(fields.text) };
}

// The first extension whose address ends in `name`.
export function extension(of: Json, name: string): Fields | null {
  for (const each of asList(asFields(of).extension)) {
    const fields = asFields(each);
    if (asText(fields.url).endsWith(name)) return fields;
  }
  return null;
}

export function money(value: Json): string | null {
  const amount = asFields(value).value;
  return typeof amount === 'number' || typeof amount === 'string' ? String(amount) : null;
}

export function extensionValue(of: Json, name: string): string {
  const found = extension(of, name);
  if (!found) return '';
  const key = Object.keys(found).find((each) => each.startsWith('value'));
  return key ? asText(found[key]) : '';
}

export function furtherFields(of: Json): [string, string][] {
  const found = extension(of, 'first-page-fields');
  return asList(found?.extension).map((each) => {
    const fields = asFields(each);
    return [asText(fields.url), asText(fields.valueString)] as [string, string];
  });
}

export function byType(resources: FhirResource[], type: string): FhirResource[] {
  return resources.filter((resource) => resource.resourceType === type);
}

// 110101199003072316 → 110101**********16: enough to tell two people apart at a desk.
export function maskIdCard(number: string): string {
  return number.length > 8 ? number.slice(0, 6) + '*'.repeat(number.length - 8) + number.slice(-2) : number;
}

// The insurance bureau's med_type: what kind of care was settled (docs/formats/sheets.md).
export function careOf(medicalType: string): 'inpatient' | 'outpatient' | 'pharmacy' | null {
  if (['21', '22', '23', '24', '52'].includes(medicalType)) return 'inpatient';
  if (['11', '12', '13', '14', '51'].includes(medicalType)) return 'outpatient';
  return medicalType === '41' ? 'pharmacy' : null;
}

export const dayOf = (instant: Json): string => asText(instant).slice(0, 10);
