// What happens in the county of a golden store, through the front doors and by a clock that stands in a file. All people are invented.
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { lines, packageFiles, records, transaction, xml } from './make_golden_records.mjs';
import { Person, codeAt, serve, sqlite, until } from './run_golden_world.mjs';
import { expect } from './scenario_world.mjs';

const password = 'Golden-2026-千县', region = '999901', verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', redirect = 'https://app.example.cn/back';
const fhir = { 'Content-Type': 'application/fhir+json' };

const organizations = 'code,name,kind,level,region,lead,services\n' + [
  'H001,清源县人民医院,county-general,二级,999901,,emergency;cardiology;stroke-centre', 'H002,清源县中医医院,county-tcm,二级,999901,,rehabilitation', 'T001,青石镇卫生院,township,一级,999901,H001,',
  'T002,白沙镇卫生院,township,一级,999901,H001,', 'V001,上河村卫生室,village,,999901,T001,', 'V002,下河村卫生室,village,,999901,T001,', 'C001,市肿瘤医院,city,三级,999000,,oncology;radiotherapy',
].join('\n') + '\n';
const population = 'region,year,sex,age_group,persons\n' + ['2024', '2025'].flatMap((year) => ['male', 'female'].flatMap((sex) => ['0-14', '15-64', '65+'].map((age, i) => `${region},${year},${sex},${age},${1000 * (i + 1)}`))).join('\n') + '\n';

// [code, of how many a month, in the county, where]
const diseases = [['I25.103', 30, 18, 'H001'], ['C34.900', 30, 12, 'H001'], ['J18.900', 30, 28, 'T001'], ['K80.000', 30, 27, 'H001']];
const settlementHeader = 'setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,begndate,enddate,dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay';
function settlement(month, [code, , home, place], i, fund = '5000.00') {
  const inside = i < home;
  return [`S${month.replace('-', '')}${code.slice(0, 3)}${String(i).padStart(3, '0')}`, `P${code.slice(0, 3)}${String(i).padStart(3, '0')}`, '1', '1960-01-01', '390', region, inside ? place : 'X901', inside ? '' : '省肿瘤医院',
    inside ? '2' : '3', inside ? region : '999000', '21', `${month}-03`, `${month}-12`, code, '', '8000.00', fund, '3000.00'].join(',');
}
const months = (year) => Array.from({ length: 12 }, (_, i) => `${year}-${String(i + 1).padStart(2, '0')}`);
const settlements = (year) => [settlementHeader, ...months(year).flatMap((month) => diseases.flatMap((disease) => Array.from({ length: disease[1] }, (_, i) => settlement(month, disease, i))))].join('\n') + '\n';
// One row again, one corrected, one new, one that cannot be.
const corrected = [settlementHeader, settlement('2025-11', diseases[0], 0), settlement('2025-11', diseases[0], 1, '5100.00'), settlement('2025-12', diseases[3], 30), settlement('2025-12', diseases[3], 31).replace('2025-12-12', '2025-13-12')].join('\n') + '\n';

const pages = `USERNAME,ZYCS,BAH,XM,XB,NL,SFZH,RYSJ,CYSJ,JBDM,ZYZD,SSJCZBM1,SSJB1,LYFS,ZFY
清源县人民医院,1,000123,张三,1,60,-,20250105,20250112,I63.900,脑梗死,,,1,8123.40
清源县人民医院,1,000124,李四,2,55,-,20250110,20250114,K80.000,胆囊结石,51.2300,3,1,9000.00
清源县人民医院,2,000124,李四,2,55,-,20250310,20250316,K80.100,胆囊结石伴胆囊炎,51.2200,2,2,12000.50
清源县人民医院,1,000125,王五,1,70,-,20250131,20250230,J18.900,肺炎,,,1,4000.00
`;
const pagesAgain = pages.split('\n').slice(0, 2).join('\n').replace('20250112', '20250115') + '\n';

const people = [
  ['director', '王院长', 'county-director'], ['insurance', '医保专员', 'insurance-officer'], ['manager', '李管理', 'hospital-manager', 'H001'], ['it', '信息科', 'hospital-it', 'H001'], ['specialist', '林主任', 'clinician', 'H001'],
  ['tcm', '白医生', 'clinician', 'H002'], ['township', '何医生', 'clinician', 'T001'], ['village', '周村医', 'clinician', 'V001'], ['expert', '邓教授', 'clinician', 'C001'], ['viewer', '访客', 'viewer'],
];

class Story {
  constructor(program, folder) {
    Object.assign(this, { program, folder, data: path.join(folder, 'data'), backups: path.join(folder, 'backups'), clockFile: path.join(folder, 'clock'), keys: 0, who: {} });
    fs.mkdirSync(this.backups, { mode: 0o700 });
    this.time = '2026-03-02T09:00:00+08:00';
  }
  now() { return this.time; }
  // Sessions end by themselves; whoever comes back on another day signs in again.
  comes(time) {
    this.time = time;
    fs.writeFileSync(this.clockFile, time);
    for (const person of Object.values(this.who)) person.cookie = '';
  }
  async start() {
    this.comes(this.time);
    const settings = path.join(this.folder, 'qianxian.toml');
    fs.writeFileSync(settings, `[backup]\nfolder = ${JSON.stringify(this.backups)}\nat = "02:30"\n`);
    this.server = await serve(this.program, this.data, ['--config', settings, '--clock-file', this.clockFile]);
  }

  async accounts() {
    const oneTime = fs.readFileSync(path.join(this.data, 'admin-password.txt'), 'utf8').match(/[a-z0-9]{4}(-[a-z0-9]{4}){3}/)[0];
    const admin = new Person(this, 'admin', oneTime);
    await admin.post('/api/password', { current: oneTime, new: password });
    admin.password = password;
    const offer = await admin.post('/api/session/second-factor', { current: password });
    await admin.post('/api/session/second-factor/confirm', { code: codeAt(offer.secret, Date.parse(this.time)) });
    admin.secret = offer.secret;
    this.who.admin = admin;
    this.comes('2026-03-02T09:02:00+08:00');       // a step of the codes is good once
    await admin.ask('PATCH', '/api/sign-in-rules', { secondFactorRoles: ['administrator'] });
    await this.brings(admin, 'organizations', organizations, 'organizations.csv');
    for (const [user, name, role, organization] of people) {
      const made = await admin.post('/api/accounts', { user, name, role, organizations: organization ? [organization] : [] });
      const person = new Person(this, user, made.oneTimePassword);
      await person.post('/api/password', { current: person.password, new: password });
      person.password = password;
      this.who[user] = person;
    }
    await admin.post('/api/accounts', { user: 'newcomer', name: '尚未登录', role: 'viewer', organizations: [] });
    await admin.post('/api/accounts', { user: 'former', name: '已离职', role: 'clinician', organizations: ['H001'] });
    await admin.ask('PATCH', '/api/accounts/former', { disabled: true });
  }

  // A file through the page's import; waits for its end.
  async brings(person, kind, body, name, more = '') {
    const { id } = await person.ask('POST', `/api/imports?kind=${kind}&name=${name}${more}`, Buffer.from(body), { 'Content-Type': 'application/octet-stream' });
    const job = await until(`end of the import of ${name}`, async () => {
      const one = await person.get(`/api/imports/${id}`);
      return ['queued', 'in-progress'].includes(one.status) ? undefined : one;
    });
    expect(job.status === 'completed', `${name}: ${JSON.stringify(job.error)}`);
    return job;
  }

  async sheets() {
    const { insurance, it, admin } = this.who;
    await this.brings(insurance, 'population', population, 'population.csv');
    // The newer year first: a gap that is found meanwhile is about the same months as one that is found afterwards.
    await this.brings(insurance, 'settlements', settlements(2025), 'settlements-2025.csv');
    await this.brings(insurance, 'settlements', settlements(2024), 'settlements-2024.csv');
    await this.brings(insurance, 'settlements', corrected, 'settlements-corrected.csv');
    await this.brings(it, 'first-pages', pages, 'pages.csv', '&org=H001');
    await this.brings(it, 'first-pages', pagesAgain, 'pages-corrected.csv', '&org=H001');
    const parts = path.join(this.folder, 'parts'), archive = path.join(this.folder, 'package.tgz');
    fs.mkdirSync(path.join(parts, 'package'), { recursive: true });
    for (const [name, content] of Object.entries(packageFiles)) fs.writeFileSync(path.join(parts, 'package', name), JSON.stringify(content));
    execFileSync('tar', ['-C', parts, '-czf', archive, 'package']);
    await this.brings(admin, 'package', fs.readFileSync(archive), 'golden.package-1.0.0.tgz');
  }

  async records() {
    const { admin, it } = this.who;
    for (const [type, id, body] of records) await admin.ask('PUT', `/fhir/${type}/${id}`, body, { ...fhir, 'X-Qianxian-Owner': 'H001' });
    await admin.ask('PUT', '/fhir/Substance/golden-xml', xml, { 'Content-Type': 'application/fhir+xml' });
    await this.brings(it, 'fhir', lines[0], 'weights-1.ndjson', '&org=H001');
    await until('dictionary', () => sqlite(path.join(this.data, 'record.db'), ['SELECT count(*) FROM dictionary']) !== '0');
    await this.brings(it, 'fhir', lines[1], 'weights-2.ndjson', '&org=H001');
    // Versions, labels, a deletion, one that was made again after it.
    this.comes('2026-03-02T10:00:00+08:00');
    for (let i = 0; i < 4; i++) await admin.ask('PATCH', '/fhir/Patient/golden-zhang', [{ op: i ? 'replace' : 'add', path: '/telecom', value: [{ system: 'phone', value: `1390000000${i}` }] }], { 'Content-Type': 'application/json-patch+json' });
    await admin.ask('PUT', '/fhir/Condition/golden-pressure', records.find(([, id]) => id === 'golden-pressure')[2].replace('"active"', '"inactive"'), fhir);
    await admin.post('/fhir/Observation/golden-glucose/$meta-add', { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { tag: [{ system: 'https://fhir.qianxian.cn/golden', code: 'seen' }] } }] }, fhir);
    for (const id of ['golden-gone', 'golden-back']) await admin.ask('DELETE', `/fhir/Patient/${id}`);
    await admin.ask('PUT', '/fhir/Patient/golden-back', records.find(([, id]) => id === 'golden-back')[2], fhir);
    await admin.ask('POST', '/fhir', transaction, fhir);
  }

  async listens() {
    const topic = 'https://fhir.qianxian.cn/SubscriptionTopic/Encounter', { specialist } = this.who;
    const made = await specialist.post('/fhir/Subscription', { resourceType: 'Subscription', status: 'requested', reason: 'golden', criteria: topic, channel: { type: 'websocket', payload: 'application/fhir+json' } }, fhir);
    await until('subscription that works', async () => (await specialist.get(`/fhir/Subscription/${made.id}`)).status === 'active');
    for (const id of ['heard-1', 'heard-2'])
      await specialist.ask('PUT', `/fhir/Encounter/golden-${id}`, { resourceType: 'Encounter', id: `golden-${id}`, status: 'planned', class: { code: 'AMB' }, subject: { reference: 'Patient/golden-zhang' } }, fhir);
    return made.id;
  }

  // Programs: one that agreed with the specialist to come back by itself, one with a secret, one with keys.
  async programs() {
    const { admin, specialist } = this.who, scope = 'openid offline_access user/Patient.rs user/Observation.rs';
    const open = await admin.post('/api/clients', { name: '血压图', login: 'none', redirectUris: [redirect], scope });
    const secret = await admin.post('/api/clients', { name: '检验接口', login: 'secret', redirectUris: [redirect], scope: 'user/Observation.rs' });
    const key = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
    const keys = await admin.post('/api/clients', { name: '夜间导出', login: 'keys', account: 'it', scope: 'system/*.rs', jwks: { keys: [{ ...key, kid: '1', alg: 'ES384', use: 'sig' }] } });
    await admin.ask('PATCH', `/api/clients/${keys.client.id}`, { disabled: true });
    const request = new URLSearchParams({ response_type: 'code', client_id: open.client.id, redirect_uri: redirect, scope, state: 's', nonce: 'n', aud: `${this.server.url}/fhir`,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' });
    const agreed = await specialist.post('/api/authorize', { request: request.toString(), agree: true, words: scope.split(' ') });
    const tokens = await new Person(this, 'program', '').send('POST', '/oauth2/token', new URLSearchParams({ grant_type: 'authorization_code', code: new URL(agreed.redirect).searchParams.get('code'),
      redirect_uri: redirect, code_verifier: verifier, client_id: open.client.id }).toString(), { 'Content-Type': 'application/x-www-form-urlencoded' });
    expect(tokens.status === 200, `a program's token: ${tokens.status} ${tokens.text}`);
    return { program: [open.client.id, tokens.json.refresh_token], secret: [secret.client.id, secret.secret] };
  }

  async registers(person, name, gender, birthDate) {
    return (await person.post('/api/patients', { name, gender, birthDate, idNumber: '', phone: '', address: '', organization: 'V001', clientKey: `person-${++this.keys}` })).id;
  }
  enrols(person, patient, pathway) { return person.post('/api/enrolments', { patient, pathway, organization: 'V001' }); }
  async visits(person, patient, form, answers) {
    const tasks = await until(`step with ${form}`, async () => {
      const found = (await person.get(`/api/patients/${patient}`)).steps.filter((step) => step.form === form);
      return found.length ? found : undefined;
    });
    await person.post('/api/visits', { clientKey: `visit-${++this.keys}`, patient, at: this.time, method: 'clinic', note: '', tasks: tasks.map(({ task, version }) => ({ task, version })), forms: [{ form, answers }] });
  }
  async refers(person, patient, urgency, criterion) {
    return person.post('/api/referrals', { clientKey: `referral-${++this.keys}`, patient, direction: 'up', urgency, type: 'outpatient', criterion, reasonText: '', summary: '', receiver: { organization: 'H001' }, attachments: [], consent: true, send: true });
  }
  async moves(person, referral, verb, more = {}) {
    return person.post(`/api/referrals/${referral.id}/${verb}`, { version: referral.version, note: '', reason: '', ...more });
  }

  async care() {
    const { village, township, specialist, expert } = this.who;
    const [sun, li, wu] = [await this.registers(village, '孙长顺', 'male', '1958-05-01'), await this.registers(village, '李桂兰', 'female', '1950-02-01'), await this.registers(village, '吴春生', 'male', '1960-05-01')];
    await this.enrols(village, sun, 'hypertension');
    await this.enrols(village, li, 'family-doctor-contract');
    await this.enrols(village, wu, 'lung');
    const { id: ended } = await this.enrols(village, li, 'hypertension');
    await village.post(`/api/enrolments/${ended}/exit`, { reason: 'declined', note: '登记有误' });
    await this.visits(village, sun, 'hypertension-follow-up', { systolic: 190, diastolic: 118, symptoms: ['1'], adherence: '2', 'adverse-reaction': false, 'new-complication': false, classification: '2', standing: 'continue' });
    await this.visits(village, li, 'contract-agreement', { package: 'basic', team: '周村医、何医生', 'starts-on': '2026-03-02', years: 1, 'consent-records': true, signed: true, 'team-members': ['family-doctor'], standing: 'continue' });
    await this.visits(village, wu, 'lung-risk', { consent: true, 'risk-factors': ['pack-years', 'copd'] });
    const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
    await village.ask('POST', `/api/patients/${sun}/documents?title=${encodeURIComponent('血压记录')}&key=picture-1`, picture, { 'Content-Type': 'image/png' });
    let referral = await this.refers(village, sun, 'urgent', 'hypertension/very-high');
    referral = await this.moves(township, referral, 'review-approve');
    referral = await this.moves(specialist, referral, 'accept', { slot: { start: '2026-03-03T09:00:00+08:00', department: '心内科', bed: '' } });
    const declined = await this.refers(village, li, 'routine', 'general/diagnosis-unclear');
    await this.moves(specialist, await this.moves(township, declined, 'review-approve'), 'decline', { reason: 'no-bed', note: '床位已满' });
    await this.refers(township, wu, 'urgent', 'lung/positive');
    this.comes('2026-03-03T09:10:00+08:00');
    referral = await this.moves(specialist, referral, 'arrive');
    let consultation = await specialist.post('/api/consultations', { clientKey: `consultation-${++this.keys}`, patient: sun, kind: 'written', mode: 'single', urgency: 'urgent', question: '是否需要介入？', invited: [{ organization: 'C001' }], attachments: [] });
    consultation = await expert.post(`/api/consultations/${consultation.id}/opine`, { version: consultation.version, opinion: { diagnosis: '高血压 3 级', advice: '暂不介入，调整用药', transfer: false } });
    await specialist.post(`/api/consultations/${consultation.id}/conclude`, { version: consultation.version, text: '按会诊意见调整用药' });
    await this.moves(specialist, referral, 'return-result', { result: { text: '已调整用药，两周后复查', documents: [] } });
    return [sun, li, wu];
  }

  async gap() {
    const { director } = this.who;
    const found = await until('gap', async () => (await director.get('/api/gaps?closed=1')).gaps.find((each) => each.measure === 'inpatient-in-county-share'));
    const { types } = await director.get('/api/action-types?measure=inpatient-in-county-share');
    const { actions: [action] } = await director.post(`/api/gaps/${found.id}/actions`, { type: types[0].id, owner: '王主任', dueOn: '2026-12-31', expectedValue: '0.75', note: '先做冠心病', startedOn: '2026-03-03' });
    await director.ask('PATCH', `/api/actions/${action.id}`, { status: 'accepted', version: action.version });
  }

  // Days go by: each night a seal and a backup.
  async nights() {
    for (const day of ['2026-03-03', '2026-03-04']) {
      this.comes(`${day}T09:00:00+08:00`);
      await this.server.until(new RegExp(`the audit is sealed to 2026-03-0${Number(day.slice(-1)) - 1}`));
      await this.server.until(new RegExp(`backup qianxian-${day.replaceAll('-', '')}T\\d+: .*verified`));
      if (day === '2026-03-03') { this.people = await this.care(); await this.gap(); }
    }
  }

  // Everybody who follows the feed has read it, and nobody writes any more.
  async rests() {
    let last = '', same = 0;
    await until('rest', async () => {
      const { t, asOf } = JSON.parse(await (await fetch(`${this.server.url}/health`)).text());
      same = `${t} ${asOf}` === last && t === asOf ? same + 1 : 0;
      last = `${t} ${asOf}`;
      return same >= 20;
    });
  }
}

// Plays it; gives what is to be known of it to whoever opens the store.
export async function play(program, folder) {
  const story = new Story(program, folder);
  await story.start();
  try {
    await story.accounts();
    await story.sheets();
    await story.records();
    const subscription = await story.listens();
    await story.nights();
    const { program: granted, secret } = await story.programs();
    await story.rests();
    const given = { clock: story.time, admin: [password, story.who.admin.secret], specialist: [password], village: [password], granted, secret, subscription: [subscription], people: story.people };
    const ended = await story.server.stop();
    expect(ended === 0, `the server ended with ${ended}`);
    return { data: story.data, backups: story.backups, given };
  } catch (error) {
    await story.server.stop();
    throw error;
  }
}
