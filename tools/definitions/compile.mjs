// Compiles HL7's R4 definitions (StructureDefinitions, SearchParameters, code lists of required bindings) into the one
// small text file that src/fhir embeds and reads at start.  node compile.mjs R4-FOLDER OUT-FILE
//
// One fact a line, fields between tabs, in this order; src/fhir/definitions_reader.cc reads it:
//   Q  release text
//   V  value set URL, system, codes between blanks; once for each system, only closed lists that a required binding names
//   T  type, kind (primitive complex backbone resource), base type, abstract (1 or 0)
//   E  element of the type above: name (without [x]), min, max (number or *), flags (c choice, s summary, m modifier),
//      types between blanks "Code(Target,Target)", "@Patient.contact" = that backbone type, value set URL
//   P  search parameter: code, type, bases, targets (Resource = any), URL, expression, components "definition=expression" between " ;; ",
//      description
import {readFileSync, writeFileSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';

const [folder, outFile] = process.argv.slice(2);
if (!folder || !outFile) {
  console.error('usage: node compile.mjs R4-FOLDER OUT-FILE');
  process.exit(2);
}
const load = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).entry.map((entry) => entry.resource);

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const clean = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const lastSegment = (url) => url.split('/').pop();
const lines = [];
const emit = (...fields) => lines.push(fields.map((field) => clean(String(field))).join('\t'));

// Closed code lists -------------------------------------------------------------------------------------------------
const codeSystems = new Map();
const valueSets = new Map();
for (const file of ['valuesets.json', 'v3-codesystems.json']) {
  for (const resource of load(file)) {
    if (resource.resourceType === 'CodeSystem') codeSystems.set(resource.url, resource);
    if (resource.resourceType === 'ValueSet') valueSets.set(resource.url, resource);
  }
}

function conceptCodes(concepts) {
  return (concepts ?? []).flatMap((concept) => [concept.code, ...conceptCodes(concept.concept)]);
}

// [[system, codes]…], or null where the set is open, filtered or not among the definitions.
function expand(url, seen = new Set()) {
  const valueSet = valueSets.get(url);
  if (!valueSet || seen.has(url) || !valueSet.compose || valueSet.compose.exclude) return null;
  const lists = [];
  for (const include of valueSet.compose.include) {
    if (include.filter) return null;
    for (const other of include.valueSet ?? []) {
      const inner = expand(other.split('|')[0], new Set([...seen, url]));
      if (!inner || include.system) return null;
      lists.push(...inner);
    }
    if (!include.system) continue;
    const system = codeSystems.get(include.system);
    const codes = include.concept?.map((concept) => concept.code) ??
      (system?.content === 'complete' ? conceptCodes(system.concept) : null);
    if (!codes?.length || codes.length > 1000 || codes.some((code) => /\s/.test(code))) return null;
    lists.push([include.system, codes]);
  }
  return lists.length ? lists : null;
}

const usedValueSets = new Map();
function requiredValueSet(element) {
  if (element.binding?.strength !== 'required' || !element.binding.valueSet) return '';
  if (!(element.type ?? []).some((type) => type.code === 'code')) return '';
  const url = element.binding.valueSet.split('|')[0];
  if (!usedValueSets.has(url)) usedValueSets.set(url, expand(url));
  return usedValueSets.get(url) ? url : '';
}

// Types --------------------------------------------------------------------------------------------------------------
function typeText(type, element) {
  let code = type.code;
  if (code.startsWith('http://hl7.org/fhirpath/System.')) {
    code = type.extension?.find((extension) => extension.url === FHIR_TYPE)?.valueUrl ?? 'string';
    if (element.base?.path === 'Resource.id') code = 'id';
    if (element.base?.path === 'Extension.url') code = 'uri';
  }
  const targets = (type.targetProfile ?? []).map(lastSegment);
  return targets.length ? `${code}(${targets.join(',')})` : code;
}

function emitType(definition, kind) {
  const elements = definition.snapshot.element;
  const owners = new Map([[definition.type, {kind, base: lastSegment(definition.baseDefinition ?? ''), elements: []}]]);
  const parents = new Set(elements.map((element) => element.path.split('.').slice(0, -1).join('.')));
  for (const element of elements.slice(1)) {
    const path = element.path;
    const owner = owners.get(path.slice(0, path.lastIndexOf('.')));
    if (kind === 'primitive' && path.endsWith('.value')) continue;  // the JSON value itself
    let types = (element.type ?? []).map((type) => typeText(type, element));
    if (element.contentReference) types = ['@' + element.contentReference.slice(1)];
    if (parents.has(path)) {
      owners.set(path, {kind: 'backbone', base: element.type[0].code, elements: []});
      types = ['@' + path];
    }
    const name = path.slice(path.lastIndexOf('.') + 1);
    const flags = (name.endsWith('[x]') ? 'c' : '') + (element.isSummary ? 's' : '') + (element.isModifier ? 'm' : '');
    owner.elements.push(
      ['E', name.replace('[x]', ''), element.min, element.max, flags, types.join(' '), requiredValueSet(element)]);
  }
  for (const [name, owner] of owners) {
    lines.push({type: ['T', name, owner.kind, owner.base, definition.abstract && name === definition.type ? 1 : 0]});
    for (const element of owner.elements) emit(...element);
  }
}

const KINDS = {'primitive-type': 'primitive', 'complex-type': 'complex', resource: 'resource'};
const definitions = [...load('profiles-types.json'), ...load('profiles-resources.json')]
  .filter((resource) => resource.resourceType === 'StructureDefinition' && KINDS[resource.kind] &&
    resource.derivation !== 'constraint');
for (const definition of definitions) emitType(definition, KINDS[definition.kind]);
for (const [index, line] of lines.entries()) if (line.type) lines[index] = line.type.join('\t');

const head = [`Q\t${clean(readFileSync(join(folder, 'version.info'), 'utf8').split('\n').find((l) => /^version=/i.test(l)))}`];
for (const [url, lists] of usedValueSets) {
  for (const [system, codes] of lists ?? []) head.push(['V', url, system, codes.join(' ')].join('\t'));
}
lines.unshift(...head);

// Search parameters --------------------------------------------------------------------------------------------------
for (const parameter of load('search-parameters.json')) {
  if (parameter.resourceType !== 'SearchParameter' || !parameter.expression) continue;
  const targets = parameter.target ?? [];  // a list of (nearly) every type means any
  emit('P', parameter.code, parameter.type, parameter.base.join(' '), targets.length > 140 ? 'Resource' : targets.join(' '),
    parameter.url, parameter.expression,
    (parameter.component ?? []).map((part) => `${lastSegment(part.definition)}=${part.expression}`).join(' ;; '),
    parameter.base.length === 1 ? parameter.description : '');
}

mkdirSync(dirname(outFile), {recursive: true});
writeFileSync(outFile, lines.join('\n') + '\n');
