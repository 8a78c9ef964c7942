// The cases of src/fhirpath/oracle_cases.json: products of functions and values, and paths on two resources.
const quote = (text) => "'" + text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n') + "'";
const product = (...lists) => lists.reduce((all, list) => all.flatMap((one) => list.map((next) => [...one, next])), [[]]);

const texts = ['', 'a', 'abc', 'AbcAbc', '千县 县', ' x ', '1', '-1', '+1', '1.50', '.5', '1.', '1e3', 'true', 'T', 'yes', 'Y', '0', 'no', 'off', '2020', '2020-02', '2020-02-29', '2021-02-29',
  '2020-02-29T10', '2020-02-29T10:30', '2020-02-29T10:30:00Z', '2020-02-29T10:30:00.250+08:00', 'T10:30', '10:30', '10:30:15.5', '24:00', "1 'mg'", '1 day', '2 weeks', "1.5 'kg'", '4 foo', '2147483648'];
const numbers = ['0', '1', '-1', '7', '-7', '2147483647', '0.0', '1.0', '1.5', '-1.5', '2.25', '0.333', '123456.789', '-0.5', '100'];
const dates = ['@2020', '@2020-02', '@2020-02-29', '@2019-12-31', '@2020-02-29T', '@2020-02-29T10', '@2020-02-29T10:30', '@2020-02-29T10:30:15', '@2020-02-29T10:30:15.250', '@2020-02-29T10:30:15Z',
  '@2020-02-29T10:30:15.250+08:00', '@2020-02-29T02:30:15.250Z', '@T10', '@T10:30', '@T10:30:15', '@T10:30:15.250', '@T23:59:59.999'];
const quantities = ["1 'mg'", "1000 'mg'", "1 'g'", "1.0 'g'", "2 'cm'", "1 'kg'", "1 day", "24 hours", "1 'd'", "1 year", "1 'a'", "12 months", "1 week", "7 days", "1 'mm[Hg]'", "4 '1'"];
const lists = ['{}', '(1 | 2 | 3)', "('a' | 'b')", '(1).combine(1)', '(true | false)', '(true)', '(1 | 1.0)', "('a' | 1)"];
const truths = ['true', 'false', '{}'];
const every = [...truths, '1', '0', '1.0', '-2.5', "'a'", "''", "'1'", '@2020', '@2020-02-29', '@2020-02-29T10:30:00Z', '@T10:30', "1 'mg'", '1 day', '(1 | 2)'];

const out = [];
const add = (...expressions) => out.push(...expressions);
for (const [a, op, b] of product(truths, ['and', 'or', 'xor', 'implies'], truths)) add(`${a} ${op} ${b}`);
for (const [a, op, b] of product(['0', '1', '-7', '7', '2.5', '-0.5', '{}'], ['+', '-', '*', '/', 'div', 'mod', '<', '<=', '>', '>=', '=', '!=', '~', '!~'], ['0', '2', '-2', '2.50', '{}'])) add(`${a} ${op} ${b}`);
for (const [a, op, b] of product(every, ['=', '!=', '~', '!~', '&'], every)) add(`${a} ${op} ${b}`);
for (const [a, op, b] of product(dates, ['=', '~', '<', '>='], dates)) add(`${a} ${op} ${b}`);
for (const [a, op, b] of product(quantities, ['=', '~', '<', '>'], quantities)) add(`${a} ${op} ${b}`);
for (const [a, op, b] of product(quantities.slice(0, 6), ['+', '-', '*', '/'], ["1 'mg'", "2 'cm'", "1 'kg'", '2'])) add(`${a} ${op} ${b}`);
for (const [d, op, n, unit] of product(dates, ['+', '-'], ['1', '40'], ['year', 'months', 'week', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'])) add(`${d} ${op} ${n} ${unit}`);
for (const [d, unit] of product(['@2020-02-29', '@2020-02-29T10:30:15Z'], ["1 's'", "1 'd'", "1 'mo'", "1 'mg'", "1.5 days", "1.9 months"])) add(`${d} + ${unit}`);
for (const [text, name] of product(texts, ['toBoolean', 'toInteger', 'toDecimal', 'toDate', 'toDateTime', 'toTime', 'toQuantity', 'toString', 'convertsToBoolean', 'convertsToInteger', 'convertsToDecimal',
  'convertsToDate', 'convertsToDateTime', 'convertsToTime', 'convertsToQuantity', 'convertsToString', 'length', 'upper', 'lower', 'trim', 'toChars'])) add(`${quote(text)}.${name}()`);
for (const [value, name] of product(every, ['toBoolean', 'toInteger', 'toDecimal', 'toDate', 'toDateTime', 'toTime', 'toQuantity', 'toString', 'convertsToBoolean', 'convertsToInteger', 'convertsToDecimal',
  'convertsToDate', 'convertsToDateTime', 'convertsToTime', 'convertsToQuantity', 'convertsToString', 'not', 'empty', 'exists', 'count'])) add(`${value.startsWith('-') ? `(${value})` : value}.${name}()`);
for (const [value, type] of product(every, ['Boolean', 'Integer', 'Decimal', 'String', 'Date', 'DateTime', 'Time', 'Quantity'])) {
  if (value !== '(1 | 2)') add(`(${value}) is ${type}`, `(${value}) as ${type}`);
  add(`(${value}).ofType(${type})`);
}
for (const [n, name] of product(numbers, ['abs', 'ceiling', 'floor', 'truncate', 'round', 'exp', 'ln', 'sqrt', 'lowBoundary', 'highBoundary'])) add(`(${n}).${name}()`);
for (const [n, p] of product(numbers, ['0', '1', '2', '3'])) add(`(${n}).round(${p})`, `(${n}).lowBoundary(${p})`, `(${n}).highBoundary(${p})`, `(${n}).power(${p})`);
for (const [n, base] of product(['1', '8', '100', '0.5'], ['2', '10', '2.5'])) add(`${n}.log(${base})`);
for (const [d, name] of product(dates, ['lowBoundary', 'highBoundary'])) add(`${d}.${name}()`);
for (const [d, p] of product(dates, ['4', '6', '8'])) add(`${d}.lowBoundary(${p})`, `${d}.highBoundary(${p})`);
for (const [text, start, length] of product(['', 'abc', '千县 县'], ['-1', '0', '1', '3', '{}'], ['', '0', '1', '9', '-1', '{}'])) add(`${quote(text)}.substring(${start}${length ? ', ' + length : ''})`);
for (const [text, part, name] of product(['', 'abc', 'AbcAbc', '千县 县'], ['', 'b', 'Abc', '县', 'zz'], ['indexOf', 'lastIndexOf', 'startsWith', 'endsWith', 'contains', 'split'])) add(`${quote(text)}.${name}(${quote(part)})`);
for (const [text, part] of product(['', 'abc', 'AbcAbc', 'a.c'], ['', 'b', '.', '^A', '[a-c]+$', 'a.c', '(A)(b)'])) {
  add(`${quote(text)}.matches(${quote(part)})`, `${quote(text)}.matchesFull(${quote(part)})`, `${quote(text)}.replace(${quote(part)}, 'R')`, `${quote(text)}.replaceMatches(${quote(part)}, 'R')`);
}
for (const [text, format] of product(['a', 'test', '?>~'], ['hex', 'base64', 'urlbase64'])) add(`${quote(text)}.encode('${format}')`, `${quote(text)}.encode('${format}').decode('${format}')`);
for (const [text, target] of product(['', 'a"b', "<a href='x'>&", 'tab\tline\nend'], ['html', 'json'])) add(`${quote(text)}.escape('${target}')`, `${quote(text)}.escape('${target}').unescape('${target}')`);
for (const [list, call] of product(lists, ['first()', 'last()', 'tail()', 'skip(1)', 'skip(-1)', 'take(2)', 'take(0)', 'take(-1)', 'count()', 'distinct()', 'isDistinct()', 'empty()', 'exists()', 'allTrue()', 'anyTrue()', 'allFalse()',
  'anyFalse()', 'select($this)', 'select($index)', 'where($this = 1)', 'where($index > 0)', 'exists($this = 1)', 'all($this = 1)', 'repeat({})', 'aggregate($total + 1, 0)', 'join(\',\')', 'sort()', 'sort(-$this)',
  'single()', 'not()', 'union(1 | 5)', 'combine(1 | 5)', 'intersect(1 | 5)', 'exclude(1 | 5)', 'subsetOf(1 | 2 | 3)', 'supersetOf(1 | 2)', 'indexOf(1)', 'is(Integer)', 'ofType(Integer)', 'as(Integer)'])) add(`${list}.${call}`);
for (const [a, op, b] of product(lists, ['|', 'in', 'contains', '=', '~'], lists)) add(`${a} ${op} ${b}`);
add('iif(true, 1, 2)', 'iif(false, 1, 2)', 'iif({}, 1, 2)', 'iif(false, 1)', 'iif(true, {}, 2)', '(1 | 2).iif(true, 1)', "iif('a', 1, 2)", 'iif(1, 1, 2)', '5.iif($this > 3, \'big\', \'small\')',
  'defineVariable(\'v\', 5).select(%v + 1)', "(1|2).defineVariable('v').select(%v)", "defineVariable('v', 1).defineVariable('v', 2)", "defineVariable('context', 1)", "(1|2|3).aggregate($this + $total, 0)",
  "(1|2|3).aggregate(iif($total.empty(), $this, iif($this < $total, $this, $total)))", "%context.id", "%ucum", "%undefined", '1 + 2 * 3 - 4 / 2',
  '-1.abs()', '(-1).abs()', '2 | 1 | 2', "'a' + 'b'", "'a' + {}", "'a' & {}", "1 & 1", '1 + \'a\'', 'true + 1', '@2020 - @2019', '1.is(System.Integer)', 'today() = today()', 'now() = now()', 'now() is DateTime', 'timeOfDay() is Time',
  '(1 | 2) = (1 | 2)', '(1 | 2) ~ (2 | 1)', '{} = {}', '{} ~ {}', "'ABC' ~ 'abc'", "'a  b' ~ 'a b'", '1.0 ~ 1', '1.01 ~ 1.0', '1.5 = 1.50', '@2020 = @2020-01', '`active`', "'\\u0041'", "'\\x'", '1 year = 1 \'a\'', '1 second = 1 \'s\'',
  '(1|2|3)[0]', '(1|2|3)[5]', '(1|2|3)[-1]', 'coalesce(1, 2)', 'coalesce({}, 2)', '({}).coalesce(3)', "trace('x')", "1.trace('x', $this + 1)", '1.type().name', "'a'.type().namespace", '1.combine(2, true)',
  "1 'mg'.comparable(2 'g')", "(1 'mg').comparable(2 'g')", "(1 'mg').comparable(2 'cm')", "1.toString() + 'x'", '// comment\n1', '/* a */ 1', '1 = 1 = true', 'not true', 'true.not()', '{}.not()', '5 div 2', '-5 div 2', '5 mod 3', '-5 mod 3',
  '5.5 div 0.7', '5.5 mod 0.7', '1/0', '1 div 0', '1 mod 0', '2.power(0.5)', '2.power(-1)', '(-1).power(0.5)', '(-1).sqrt()', '0.ln()', '16.log(2)', 'sort()', '(3|1|2).sort()', '(3|1|2).sort($this)', "('c'|'a'|'b').sort(-$this)",
  '@2020-01-31 + 1 month', '@2020-02-29 + 1 year', '@2020-02-29 - 1 year', '@2020-01-31 + 1 day', '@T23:30 + 1 hour', '@T00:30 - 1 hour', '@2020 + 1 month', '@2020 + 12 months', '@2020-01 + 40 days', '@2020-12-31T23:59:59.999Z + 1 millisecond',
  '(1 | 2 | {}).count()', "'abc' in ('abc' | 'd')", "('abc' | 'd') contains 'abc'", '1 in {}', '{} in (1|2)', '{} contains 1', '(1|2) in (1|2)', "'2020-02'.toDate() = @2020-02", "'1 \\'mg\\''.toQuantity().value", '1.toQuantity()',
  "'5 days'.toQuantity()", "'x'.lengt()", "'unfinished", '1 +', ')', '(1', "1 'mg' is Quantity", '(1.0).type()', 'Patient', '$this', '%context', '{}', '1', "''");

export const plain = [...new Set(out)];

export const patient = {
  resourceType: 'Patient', id: 'p', active: true, birthDate: '1974-12-25', _birthDate: { id: 'b', extension: [{ url: 'http://x/birthTime', valueDateTime: '1974-12-25T14:35:45-05:00' }] }, gender: 'male', deceasedBoolean: false,
  multipleBirthInteger: 2, meta: { versionId: '3', tag: [{ system: 's', code: 'c' }] }, text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' }, extension: [{ url: 'http://x/a', valueString: 'A' }, { url: 'http://x/b', extension: [{ url: 'c', valueInteger: 5 }] }],
  identifier: [{ use: 'usual', system: 'urn:oid:1.2', value: '12345', period: { start: '2001-05-06' } }], name: [{ use: 'official', family: '王', given: ['一', '二'] }, { use: 'usual', given: ['Jim'] }, { use: 'maiden', family: 'Li', given: ['一', null], _given: [null, { extension: [{ url: 'http://x/n', valueCode: 'NP' }] }] }],
  contact: [{ relationship: [{ coding: [{ system: 'http://r', code: 'N' }] }], telecom: [{ system: 'phone', value: '(03) 5555 6473', rank: 1 }, { system: 'email', value: 'a@b' }], period: { start: '2012' } }],
  managingOrganization: { reference: '#o' }, contained: [{ resourceType: 'Organization', id: 'o', name: '县医院' }], link: [{ other: { reference: 'Patient/2' }, type: 'seealso' }],
};
export const observation = {
  resourceType: 'Observation', id: 'o', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }, { system: 'urn:l', code: 'x', display: '收缩压' }] }, subject: { reference: 'Patient/p' }, effectiveDateTime: '2020-02-29T10:30:00+08:00', issued: '2020-02-29T10:30:00.123Z',
  valueQuantity: { value: 185, unit: 'lbs', system: 'http://unitsofmeasure.org', code: '[lb_av]' }, component: [{ code: { text: 'a' }, valueQuantity: { value: 1.50, system: 'http://unitsofmeasure.org', code: 'mg' } }, { code: { text: 'b' }, valueString: 'text' }, { code: { text: 'c' }, valueInteger: 3 }],
  referenceRange: [{ low: { value: 10 }, high: { value: 20 } }],
};
const shared = ['id', 'type()', 'type().name', '$this is Resource', '$this is DomainResource', 'is(Patient)', 'is(FHIR.Patient)', 'is(Observation)', 'resourceType', 'children().count()', 'descendants().count()', 'id.type().name', 'id.type().namespace',
  'id is string', 'id is System.String', 'id is FHIR.id', 'id is String', 'meta.versionId', 'nothing', 'nothing.here', 'extension.url', 'contained.name', 'language.empty()', 'descendants().where($this is Coding).code', 'descendants().ofType(Coding).code', 'repeat(children()).count()'];
export const onPatient = [...shared, 'Patient.name.given', 'name.given', 'Observation.id', 'name.first().given.first()', 'name[1].given', 'name.where(use = \'official\').family', 'name.select(given.join(\' \'))', 'name.given.count()', 'name.given.distinct()', 'name.family & \'x\'',
  'name.given | name.family', 'name.given.combine(name.family)', 'name.select(use & family)', 'name.select($index)', 'name.exists(use = \'usual\')', 'name.all(given.exists())', 'name.given[0] = name.given[3]', 'active', 'active = true', 'active.not()', 'active is boolean', 'active is Boolean', 'active is System.Boolean',
  'active.type().name', 'birthDate', 'birthDate < @2000', 'birthDate + 1 year', 'birthDate is date', 'birthDate is Date', 'birthDate.type().name', 'birthDate.extension.value', 'birthDate.extension(\'http://x/birthTime\').value', 'birthDate.extension.exists()', 'birthDate.hasValue()', 'birthDate.getValue()', 'birthDate.id', 'birthDate.toString()', 'birthDate = @1974-12-25',
  'birthDate.lowBoundary()', 'birthDate.toDateTime()', 'birthDate ~ @1974-12', 'deceased', 'deceased is boolean', 'deceased.exists()', 'deceasedBoolean', 'multipleBirth', 'multipleBirth + 1', 'multipleBirth is integer', 'multipleBirth.ofType(integer)', 'multipleBirth.ofType(boolean)', '(multipleBirth as integer) + 1', 'multipleBirth.as(integer)', 'gender = \'male\'', 'gender is code',
  'gender is string', 'gender.type().name', 'extension(\'http://x/a\').value', 'extension(\'http://x/b\').extension(\'c\').value', 'extension.value', 'extension.where(url = \'http://x/a\').value is string', 'identifier.period.start', 'identifier.value.toInteger()', 'identifier.where(system = \'urn:oid:1.2\').value', 'identifier.use', 'name.given.extension.value', 'name.given.where(hasValue().not()).count()',
  'name.given.where(extension.exists()).count()', 'contact.telecom.value', 'contact.telecom.where(system = \'phone\').rank', 'contact.relationship.coding.code', 'contact.telecom.rank.type().name', 'contact.telecom.rank is positiveInt', 'contact.telecom.rank is integer', 'contact.period.start', 'contact.period is Period', 'managingOrganization.reference', 'managingOrganization is Reference', 'contained.ofType(Organization).name',
  'contained.first().is(Organization)', 'link.other.reference', 'text.status', 'meta.tag.code', 'meta is Meta', 'name is HumanName', 'name.first() is HumanName', 'name.ofType(HumanName).count()', 'name.children().count()', 'name.descendants().count()', 'name.given.sort()', 'name.sort(use).use', 'name.sort(-use).use',
  'name.sort(family, use).use', 'name.given.tail()', 'name.given.skip(2)', 'name.given.intersect(\'一\')', 'name.given.exclude(\'一\')', 'name.given.isDistinct()', 'name.given.where($this.length() > 1)', 'name.given.matches(\'J.*\')', 'name.given.first().matches(\'.\')', 'name.use.join(\',\')', 'name.repeat(given)', 'iif(active, \'a\', \'b\')', 'iif(name.exists(), name.family, {})', 'name.where(given = \'Jim\').use', 'name.where(given.exists($this = \'一\')).use',
  'name.select(defineVariable(\'n\', use).given.select(%n & $this))', 'defineVariable(\'n\', name.use).select(%n)', 'name.trace(\'x\').count()', 'name.aggregate($total + given.count(), 0)', 'name.given = name.given', 'name.first() = name.first()', 'name.first() ~ name.first()', 'name[0] = name[1]', '(name | name).count()', 'name.combine(name).count()', 'name.distinct().count()', 'name.subsetOf(name)', 'name.first().subsetOf(name)', 'name.supersetOf(name.first())', 'name.first() in name',
  'name contains name.first()', 'active and gender = \'male\'', 'active or nothing', 'nothing and active', 'nothing implies active', 'name.given.select(length())', 'name.given.upper()', 'name.first().given.first().upper()', 'name.family.single()', 'birthDate.single()', 'name.given.ofType(string).count()', 'name.given.first() is string', 'name.given.first() is String', 'name.given.first() is System.String', 'name.use.first() is code', 'ofType(Patient).id', 'as(Patient).id', '(Patient as Observation).id', '$this.as(Observation)'];
export const onObservation = [...shared, 'value', 'value.value', 'value.unit', 'value is Quantity', 'value.is(Quantity)', 'value.as(Quantity).unit', 'value.ofType(Quantity).value', 'value.ofType(string)', '(value as Quantity).value', 'valueQuantity', 'valueQuantity.value', 'Observation.value.code', 'value > 100 \'[lb_av]\'', 'value = 185 \'[lb_av]\'', 'value + 1 \'[lb_av]\'', 'value.value > 180.0', 'value.value is decimal',
  'value.value is Decimal', 'value.value.type().name', 'value.type().name', 'component.value', 'component.value.ofType(Quantity).value', 'component.value.ofType(string)', 'component.value.ofType(integer)', 'component.where(value is Quantity).code.text', 'component.value.ofType(Quantity) = 1.5 \'mg\'', 'component.value.ofType(Quantity) ~ 1.5 \'mg\'', 'component.value.ofType(Quantity) < 1 \'g\'', 'component.where(code.text = \'c\').value + 1', 'component.select(code.text & \'=\' & iif(value is string, value, \'?\'))',
  'component.select($index + 1)', 'component[0].value.value.lowBoundary()', 'component.code.text.join(\'|\')', 'effective', 'effective is dateTime', 'effective is DateTime', 'effective.type().name', 'effective.ofType(dateTime) > @2020-02-29', 'effective >= @2020-02-29T02:30:00Z', 'effective + 1 day', 'effective.toDate()', 'effective.lowBoundary()', 'effective.toString()', 'issued', 'issued is instant', 'issued > effective', 'issued.type().name', 'issued.toString()',
  'issued is DateTime', 'issued - 1 hour', 'code.coding.code', 'code.coding.where(system = \'http://loinc.org\').code', 'code.coding.exists(code = \'8480-6\')', 'code.coding.display', 'code.coding.first().is(Coding)', 'code is CodeableConcept', 'code.coding.select(system + \'|\' + code)', 'code.coding.sort(code).code', 'code.coding.sort(-code).code', 'status = \'final\'', 'status in (\'final\' | \'amended\')', 'subject.reference', 'subject is Reference', 'subject.reference.split(\'/\').last()', 'subject.reference.substring(8)', 'subject.reference.startsWith(\'Patient/\')',
  'subject.reference.contains(\'/\')', 'subject.reference.indexOf(\'/\')', 'referenceRange.low.value', 'referenceRange.low.value < referenceRange.high.value', 'referenceRange.select(high.value - low.value)', 'referenceRange.low < referenceRange.high', 'referenceRange.low.value is decimal', 'component.value.ofType(integer) is integer', 'component.value.ofType(integer) is Integer', 'value.value.toString()', 'value.toString()', 'value.toQuantity()', '(value | value).count()', 'component.count() = 3', 'component.value.count()', 'component.value.type().name', 'descendants().ofType(Quantity).value', 'value.convertsToString()', 'value.value.convertsToInteger()', 'effective.convertsToDate()'];
