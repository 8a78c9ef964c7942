// Packs HL7's R4 conformance and terminology resources (StructureDefinition, ValueSet, CodeSystem, ConceptMap) into the
// one file that src/fhir embeds, without narrative and what only people read.  node artifacts.mjs R4-FOLDER OUT-FILE
//
// First an index, one line a resource: type, URL, version, bytes of its JSON (between tabs), sorted by type and URL. Then
// an empty line. Then the JSON texts one after the other, each ended by a line feed that its length does not count.
// src/fhir/artifacts.cc reads it.
import {readFileSync, writeFileSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';

const [folder, outFile] = process.argv.slice(2);
if (!folder || !outFile) {
  console.error('usage: node artifacts.mjs R4-FOLDER OUT-FILE');
  process.exit(2);
}
const FILES = ['profiles-types.json', 'profiles-resources.json', 'profiles-others.json', 'extension-definitions.json',
  'valuesets.json', 'v3-codesystems.json', 'v2-tables.json', 'conceptmaps.json'];
const TYPES = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem', 'ConceptMap']);
const FOR_PEOPLE = ['definition', 'comment', 'requirements', 'alias', 'mapping', 'short', 'meaningWhenMissing',
  'isModifierReason', 'orderMeaning', 'example'];

function strip(resource) {
  for (const name of ['text', 'meta', 'contact', 'mapping', 'differential', 'purpose']) delete resource[name];
  for (const element of resource.snapshot?.element ?? []) {
    for (const name of FOR_PEOPLE) delete element[name];
    for (const constraint of element.constraint ?? []) delete constraint.xpath;
  }
  return resource;
}

const found = new Map();
for (const file of FILES) {
  for (const {resource} of JSON.parse(readFileSync(join(folder, file), 'utf8')).entry) {
    const key = `${resource.resourceType}\t${resource.url}`;
    if (!TYPES.has(resource.resourceType) || !resource.url || found.has(key)) continue;
    if (resource.resourceType === 'StructureDefinition' && !resource.snapshot) continue;
    found.set(key, {version: resource.version ?? '', text: Buffer.from(JSON.stringify(strip(resource)))});
  }
}
const byBytes = (a, b) => (a[0] < b[0] ? -1 : 1);
const sorted = [...found].sort(byBytes);
const parts = [Buffer.from(sorted.map(([key, {version, text}]) => `${key}\t${version}\t${text.length}\n`).join('') + '\n')];
for (const [, {text}] of sorted) parts.push(text, Buffer.from('\n'));
mkdirSync(dirname(outFile), {recursive: true});
writeFileSync(outFile, Buffer.concat(parts));
