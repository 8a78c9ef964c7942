// Asks fhirpath.js (npm, the reference in JavaScript) for the answer to every case and writes them to
// src/fhirpath/oracle_cases.json, which src/fhirpath/oracle_test.cc holds our engine to.
//   npm install --ignore-scripts --no-save && node make.mjs
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { observation, onObservation, onPatient, patient, plain } from './cases.mjs';

const require = createRequire(import.meta.url);
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');
console.log = () => {};                    // trace() writes there

// null: refused. What JSON has no word for (not a number, infinite) is empty in FHIRPath.
function answer(resource, expression) {
  try {
    const result = fhirpath.evaluate(resource, expression, {}, r4, { resolveInternalTypes: true });
    return result.map((item) => (typeof item === 'bigint' ? Number(item) : item)).filter((item) => typeof item !== 'number' || Number.isFinite(item));
  } catch {
    return null;
  }
}

const answers = (resource, expressions) => `[\n${expressions.map((expression) => JSON.stringify([expression, answer(resource, expression)])).join(',\n')}\n]`;
const text = `{"oracle":"fhirpath ${require('fhirpath/package.json').version}",
"patient":{"resource":${JSON.stringify(patient)},"cases":${answers(patient, [...plain, ...onPatient])}},
"observation":{"resource":${JSON.stringify(observation)},"cases":${answers(observation, onObservation)}}}
`;
writeFileSync(new URL('../../src/fhirpath/oracle_cases.json', import.meta.url), text);
