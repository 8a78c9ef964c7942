// The FHIR records of a golden store, as texts: what comes back must be these bytes, so some are written oddly. All people are invented.
const loinc = 'http://loinc.org', ucum = 'http://unitsofmeasure.org', icd = 'https://fhir.qianxian.cn/CodeSystem/icd-10-clinical', own = 'https://fhir.qianxian.cn/golden';
const coded = (system, code, display) => ({ coding: [{ system, code, ...(display ? { display } : {}) }], text: display ?? code });
const subject = { reference: 'Patient/golden-zhang' }, author = { reference: 'Practitioner/golden-doctor' }, encounter = { reference: 'Encounter/golden-stay' };
const narrative = (text) => ({ status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${text}</p></div>` });
const canonical = (type, name, more) => [type, name, { url: `${own}/${type}/${name}`, version: '1.0', name: name.replaceAll('-', '_'), status: 'active', ...more }];

// [type, name, members]; the id is golden-NAME.
const plain = [
  ['Practitioner', 'doctor', { name: [{ text: '林 静', family: '林', given: ['静'] }], gender: 'female' }],
  ['PractitionerRole', 'doctor', { practitioner: author, organization: { reference: 'Organization/H001' }, specialty: [coded(own, 'cardiology', '心内科')] }],
  ['Location', 'ward', { name: '心内科病区', position: { longitude: 119.68, latitude: 30.63 } }],
  ['Location', 'far', { name: '白沙镇卫生院', position: { longitude: 120.68, latitude: 31.63 } }],
  ['Patient', 'zhang', { identifier: [{ system: `${own}/card`, value: 'GOLDEN-0001' }], name: [{ text: '张伟', family: '张', given: ['伟'] }], gender: 'male', birthDate: '1960-01-01', text: narrative('高血压，长期服药') }],
  ['Patient', 'lyu', { name: [{ text: '吕秀英', family: '吕', given: ['秀英'] }], gender: 'female', birthDate: '1949-07', _gender: { extension: [{ url: `${own}/asked-by`, valueString: '村医' }] } }],
  ['Patient', 'gone', { name: [{ text: '已删除者' }], gender: 'unknown' }],
  ['Patient', 'back', { name: [{ text: '删除后恢复' }], gender: 'male' }],
  ['RelatedPerson', 'wife', { patient: subject, name: [{ text: '李敏', family: '李', given: ['敏'] }], relationship: [coded('http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'WIFE')] }],
  ['Encounter', 'stay', { status: 'finished', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' }, subject, period: { start: '2026-02-01T08:00:00+08:00', end: '2026-02-09T10:30:00+08:00' }, location: [{ location: { reference: 'Location/golden-ward' } }] }],
  ['Condition', 'pressure', { clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'), code: coded(icd, 'I10.x00', '高血压'), subject, encounter, recordedDate: '2026-02-01' }],
  ['AllergyIntolerance', 'penicillin', { patient: subject, code: coded(own, 'penicillin', '青霉素'), criticality: 'high' }],
  ['Observation', 'glucose', { status: 'final', code: coded(loinc, '14749-6', '空腹血糖'), subject, effectiveDateTime: '2026-02-02T07:00:00+08:00', valueQuantity: { value: 5.4, unit: 'mmol/L', system: ucum, code: 'mmol/L' } }],
  ['Observation', 'pressure', { status: 'final', code: coded(loinc, '85354-9', '血压'), subject, effectiveDateTime: '2026-02-03', component: [
    { code: coded(loinc, '8480-6', '收缩压'), valueQuantity: { value: 152, unit: 'mmHg', system: ucum, code: 'mm[Hg]' } },
    { code: coded(loinc, '8462-4', '舒张压'), valueQuantity: { value: 96, unit: 'mmHg', system: ucum, code: 'mm[Hg]' } }] }],
  ['DiagnosticReport', 'blood', { status: 'final', code: coded(loinc, '58410-2', '血常规'), subject, encounter, result: [{ reference: 'Observation/golden-glucose' }], conclusion: '血糖正常，血压偏高' }],
  ['Specimen', 'blood', { subject, collection: { collectedDateTime: '2026-02-02T06:50:00+08:00' } }],
  ['Procedure', 'angiography', { status: 'completed', code: coded('https://fhir.qianxian.cn/CodeSystem/icd-9-cm-3-clinical', '88.5500', '冠状动脉造影'), subject, encounter, performedDateTime: '2026-02-04' }],
  ['Medication', 'amlodipine', { code: coded(own, 'amlodipine', '氨氯地平') }],
  ['MedicationRequest', 'amlodipine', { status: 'active', intent: 'order', medicationReference: { reference: 'Medication/golden-amlodipine' }, subject, requester: author, authoredOn: '2026-02-05' }],
  ['MedicationStatement', 'aspirin', { status: 'active', medicationCodeableConcept: coded(own, 'aspirin', '阿司匹林'), subject }],
  ['MedicationAdministration', 'saline', { status: 'completed', medicationCodeableConcept: coded(own, 'saline', '生理盐水'), subject, effectiveDateTime: '2026-02-05T09:00:00+08:00' }],
  ['Immunization', 'influenza', { status: 'completed', vaccineCode: coded(own, 'influenza', '流感疫苗'), patient: subject, occurrenceDateTime: '2025-10-20' }],
  ['CarePlan', 'pressure', { status: 'active', intent: 'plan', subject, description: '低盐，每周测两次' }],
  ['CareTeam', 'team', { status: 'active', subject, participant: [{ member: author }] }],
  ['Goal', 'pressure', { lifecycleStatus: 'active', description: { text: '血压低于 140/90' }, subject }],
  ['ServiceRequest', 'echo', { status: 'active', intent: 'order', code: coded(own, 'echo', '心脏彩超'), subject }],
  ['Appointment', 'echo', { status: 'booked', start: '2026-03-10T09:00:00+08:00', end: '2026-03-10T09:30:00+08:00', participant: [{ actor: subject, status: 'accepted' }] }],
  ['Schedule', 'echo', { actor: [{ reference: 'Location/golden-ward' }] }],
  ['Slot', 'echo', { schedule: { reference: 'Schedule/golden-echo' }, status: 'busy', start: '2026-03-10T09:00:00+08:00', end: '2026-03-10T09:30:00+08:00' }],
  ['ImagingStudy', 'chest', { status: 'available', subject, started: '2026-02-02' }],
  ['Device', 'meter', { status: 'active', deviceName: [{ name: '血压计', type: 'user-friendly-name' }] }],
  ['Coverage', 'resident', { status: 'active', beneficiary: subject, payor: [{ display: '县医保局' }], period: { start: '2026-01-01', end: '2026-12-31' } }],
  ['Claim', 'stay', { status: 'active', type: coded('http://terminology.hl7.org/CodeSystem/claim-type', 'institutional'), use: 'claim', patient: subject, created: '2026-02-09', provider: { reference: 'Organization/H001' }, priority: coded(own, 'normal'), insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/golden-resident' } }], total: { value: 8123.4, currency: 'CNY' } }],
  ['Composition', 'summary', { status: 'final', type: coded(loinc, '18842-5', '出院小结'), subject, date: '2026-02-09', author: [author], title: '出院小结', section: [{ title: '诊断', text: narrative('原发性高血压 3 级') }] }],
  ['List', 'problems', { status: 'current', mode: 'working', subject, entry: [{ item: { reference: 'Condition/golden-pressure' } }] }],
  ['Group', 'managed', { type: 'person', actual: true, member: [{ entity: subject }, { entity: { reference: 'Patient/golden-lyu' } }] }],
  ['FamilyMemberHistory', 'father', { status: 'completed', patient: subject, relationship: coded('http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'FTH') }],
  ['RiskAssessment', 'stroke', { status: 'final', subject, prediction: [{ outcome: { text: '卒中' }, probabilityDecimal: 0.125 }] }],
  ['NutritionOrder', 'salt', { status: 'active', intent: 'order', patient: subject, dateTime: '2026-02-05', oralDiet: { type: [coded(own, 'low-salt', '低盐饮食')] } }],
  ['Flag', 'fall', { status: 'active', code: coded(own, 'fall-risk', '跌倒风险'), subject }],
  ['Communication', 'call', { status: 'completed', subject, payload: [{ contentString: '已电话提醒复诊' }] }],
  ['AuditEvent', 'import', { type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' }, recorded: '2026-02-01T08:00:00+08:00', agent: [{ requestor: true }], source: { observer: { display: 'golden' } } }],
  ['Basic', 'note', { code: coded(own, 'note', '备注'), subject }],
  ['Binary', 'text', { contentType: 'text/plain', data: Buffer.from('千县，让大病不出县').toString('base64') }],
  ['DocumentReference', 'letter', { status: 'current', subject, content: [{ attachment: { contentType: 'text/plain', url: 'Binary/golden-text', title: '转诊信' } }] }],
  canonical('CodeSystem', 'colours', { content: 'complete', hierarchyMeaning: 'is-a', concept: [{ code: 'warm', display: '暖色', concept: [{ code: 'red', display: '红' }] }, { code: 'blue', display: '蓝' }] }),
  canonical('ValueSet', 'warm', { compose: { include: [{ system: `${own}/CodeSystem/colours`, filter: [{ property: 'concept', op: 'is-a', value: 'warm' }] }] } }),
  canonical('ConceptMap', 'colours', { group: [{ source: `${own}/CodeSystem/colours`, target: own, element: [{ code: 'red', target: [{ code: 'r', equivalence: 'equivalent' }] }] }] }),
  canonical('Questionnaire', 'sleep', { subjectType: ['Patient'], item: [{ linkId: '1', text: '睡眠好吗', type: 'boolean' }] }),
  ['QuestionnaireResponse', 'sleep', { status: 'completed', questionnaire: `${own}/Questionnaire/sleep|1.0`, subject, authored: '2026-02-06', item: [{ linkId: '1', answer: [{ valueBoolean: true }] }] }],
];

// Texts that no writer would make: blanks, order, escapes, decimals with their zeros, two values of a choice of scripts.
const odd = [
  ['Observation', 'golden-odd', `{ "resourceType" : "Observation",\n\t"id":"golden-odd",  "status":"final",\r\n "code":{"text":"\\u8840\\u538b \\/ \\"BP\\""},
  "subject":{"reference":"Patient/golden-lyu"}, "valueQuantity":{"value":5.40,"unit":"mmol\\/L","system":"http:\\/\\/unitsofmeasure.org","code":"mmol/L"},
  "referenceRange":[{"low":{"value":3.900},"high":{"value":0.61E1}}],"note":[{"text":"\\ud83e\\ude7a 𠮷野\\n第二行"}] }`],
  ['Patient', 'golden-meta-last', `{"resourceType":"Patient","name":[{"text":"欧阳娜","family":"欧阳","given":["娜"]}],"contained":[{"resourceType":"Organization","id":"o","name":"外地医院"}],
"managingOrganization":{"reference":"#o"},"id":"golden-meta-last","meta":{"tag":[{"system":"${own}","code":"kept"}],"profile":["${own}/StructureDefinition/person"]}}`],
];

export const records = [...plain.map(([type, name, members]) => [type, `golden-${name}`, JSON.stringify({ resourceType: type, id: `golden-${name}`, ...members })]), ...odd];

export const xml = '<Substance xmlns="http://hl7.org/fhir"><id value="golden-xml"/><code><text value="葡萄糖"/></code><description value="以 XML 送来"/></Substance>';

// A transaction whose entries refer to one another before they have ids.
export const transaction = { resourceType: 'Bundle', type: 'transaction', entry: [
  { fullUrl: 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a', resource: { resourceType: 'Patient', name: [{ text: '孙随行' }], gender: 'male' }, request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=${own}|sun` } },
  { resource: { resourceType: 'Observation', status: 'final', code: coded(loinc, '8867-4', '心率'), subject: { reference: 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a' }, valueQuantity: { value: 72, unit: '/min', system: ucum, code: '/min' } }, request: { method: 'POST', url: 'Observation' } },
  { request: { method: 'DELETE', url: 'Flag/golden-fall' } },
] };

// Files as a hospital's system would send them, one resource a line: the first so long that the store makes a dictionary of its bodies, the second packed with it.
const weight = (i) => JSON.stringify({ resourceType: 'Observation', id: `golden-weight-${i}`, status: 'final', code: coded(loinc, '29463-7', '体重'), subject: { reference: i % 2 ? 'Patient/golden-zhang' : 'Patient/golden-lyu' },
  effectiveDateTime: new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10), valueQuantity: { value: 60 + (i % 40) / 4, unit: 'kg', system: ucum, code: 'kg' } });
const weights = (from, to) => Array.from({ length: to - from }, (_, i) => weight(from + i)).join('\n') + '\n';
export const lines = [weights(0, 620), weights(620, 660)];

export const packageFiles = {
  'package.json': { name: 'golden.package', version: '1.0.0', fhirVersions: ['4.0.1'], dependencies: {} },
  'ValueSet-golden.json': { resourceType: 'ValueSet', id: 'golden', url: `${own}/ValueSet/packaged`, version: '1.0.0', name: 'Packaged', status: 'active', compose: { include: [{ system: `${own}/CodeSystem/colours` }] } },
};

// What is looked for in the store; the answer stands beside it in NAME.expect.
export const searches = [
  'Patient?name=张伟', 'Patient?name=zw', 'Patient?name=lvxiuying', `Patient?identifier=${own}/card|GOLDEN-0001`, 'Patient?birthdate=lt1950&_id=golden-lyu,golden-zhang', `Patient?_tag=${own}|kept`,
  'Patient?_has:Observation:patient:code=29463-7&gender=female', 'Patient?gender:missing=true', 'Patient?_text=高血压',
  'Observation?code=29463-7&_sort=-date&_count=3', 'Observation?value-quantity=gt64|http://unitsofmeasure.org|kg', 'Observation?value-quantity=62000|http://unitsofmeasure.org|g',
  'Observation?component-code-value-quantity=http://loinc.org|8480-6$ge150', 'Observation?patient.name=吕秀英&date=ge2025-10-01&date=lt2025-10-05', 'Observation?_content=空腹血糖',
  `Condition?code=${icd}|I10.x00`, 'Encounter?date=ge2026-02-05&date=le2026-02-05&subject=Patient/golden-zhang', 'Encounter?location:Location.name=心内科病区', 'Location?near=30.6|119.7|20|km', 'DiagnosticReport?result.code=14749-6', 'DiagnosticReport?_content=xtzc',
  'QuestionnaireResponse?subject=Patient/golden-zhang', 'MedicationRequest?medication.code=amlodipine', 'Group?member=Patient/golden-lyu', 'List?item=Condition/golden-pressure', 'Claim?patient=Patient/golden-zhang',
  `ValueSet?reference=${own}/CodeSystem/colours`, 'Encounter?_id=golden-stay&_revinclude=Procedure:encounter', 'Patient?_id=golden-gone,golden-back', 'Flag?_id=golden-fall', 'Organization?type=village',
];
