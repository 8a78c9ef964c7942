// A stand-in for the real server: the page's API over an invented county, and the built page itself with the content policy
// that the real one sends. For looking at pages while working on them and for the browser tests without a C++ build.
//   node e2e/mock-server.mjs [--port 8090] [--empty]        users: director, manager, viewer, admin, village, township, specialist; password: one-time-1
import { createServer } from 'node:http';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as data from './mock-data.mjs';
import { makeCare } from './mock-care.mjs';
import { auditRoutes } from './mock-audit.mjs';
import { emergencyRoutes } from './mock-emergencies.mjs';
import { makeFactor } from './mock-factor.mjs';
import { actionTypes, makeAction, makeGaps } from './mock-gaps.mjs';
import { answerAuthorize, makeOauth } from './mock-oauth.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'";
const kinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.png': 'image/png', '.webmanifest': 'application/manifest+json' };
const { both } = data;

class Refusal extends Error {
  constructor(status, category, code, zh, en) {
    super(en);
    this.status = status;
    this.body = { error: { category, code, zh, en } };
  }
}
const notFound = () => new Refusal(404, 'not_found', 'not-found', '没有这条记录。', 'There is no such record.');
const forbidden = () => new Refusal(403, 'forbidden', 'not-yours', '您的角色没有这项权限。', 'Your role does not do this.');

const duties = { administrator: ['system', 'security', 'audit'], 'security-administrator': ['security'], auditor: ['audit'] };

export function makeMock({ empty = false, demo = true } = {}) {
  const users = new Map([
    ['director', { name: '王院长', role: 'county-director', wholeCounty: true, organizations: [] }],
    ['manager', { name: '刘主任', role: 'hospital-manager', wholeCounty: false, organizations: ['H2'] }],
    ['viewer', { name: '陈科员', role: 'viewer', wholeCounty: true, organizations: [] }],
    ['admin', { name: '管理员', role: 'administrator', wholeCounty: true, organizations: [] }],
    ['village', { name: '何医生', role: 'clinician', wholeCounty: false, organizations: ['V1'] }],
    ['township', { name: '唐医生', role: 'clinician', wholeCounty: false, organizations: ['T1'] }],
    ['specialist', { name: '林主任', role: 'clinician', wholeCounty: false, organizations: ['H1'] }],
  ].map(([user, rest]) => [user, { user, ...rest, password: 'one-time-1', mustChangePassword: user === 'director' }]));
  const sessions = new Map();
  const gaps = makeGaps();
  const imports = [];
  const overviews = new Map();
  const now = () => {
    const open = gaps.filter((gap) => gap.state !== 'closed');
    return { gaps: open.slice(0, 5), actions: open.flatMap((gap) => gap.actions).filter((action) => !['completed', 'cancelled'].includes(action.status)) };
  };
  let loaded = !empty;
  let tokens = 0;

  const halves = new Set();
  const show = ({ password, factor: own, passkeys, recovery, offered, ...user }) => ({ ...user, duties: duties[user.role] ?? [], needsCode: false, mustEnrol: factor.needsFactor({ ...user, factor: own, passkeys }), expires: '2099-01-01T00:00:00+08:00' });
  const showAccount = ({ user, name, role, organizations, mustChangePassword, disabled = false, ...rest }) => ({ user, name, role, organizations, mustChangePassword, disabled, locked: false, secondFactor: factor.enrolled(rest) });
  const open = (user, answer) => {
    const token = `t${++tokens}`;
    sessions.set(token, user.user);
    factor.began(token);
    answer.setHeader('Set-Cookie', `qianxian_session=${token}; HttpOnly; SameSite=Strict; Path=/`);
    return token;
  };
  const factor = makeFactor({ users, sessions, halves, open, show, Refusal, forbidden });
  const showHalf = (user) => ({ user: user.user, needsCode: true, factors: factor.factorsOf(user), expires: '2099-01-01T00:00:00+08:00' });
  const text = (value) => ({ status: 200, type: 'text/csv; charset=utf-8', raw: value });
  const gapOf = (id) => {
    const gap = gaps.find((each) => each.id === id);
    if (!gap) throw notFound();
    return gap;
  };
  const asCase = ({ row, type, subject, numerator, denominator, judgement }) => ({
    key: row.key, type, subject, institution: row.institution, institutionName: row.institutionName, onDate: row.date, diseaseCode: row.code, diseaseName: row.disease,
    diseaseGroup: row.group, destination: row.destination, numerator: String(numerator), denominator: denominator === null ? null : String(denominator), judgement,
  });
  const showImport = ({ timer, lines, ...one }) => one;

  const routes = [
    ['POST', /^\/api\/session$/, ({ body, answer }) => {
      const user = users.get(body.user);
      if (!user || user.disabled || user.password !== body.password) throw new Refusal(401, 'unauthenticated', 'wrong-password', '用户名或密码不对。', 'The user name or the password is wrong.');
      const token = open(user, answer);
      if (!factor.enrolled(user)) return show(user);
      halves.add(token);
      return showHalf(user);
    }, true],
    ['GET', /^\/api\/session$/, ({ user, token }) => (halves.has(token) ? showHalf(user) : show(user))],
    ...factor.routes,
    ['DELETE', /^\/api\/session$/, ({ token }) => {
      sessions.delete(token);
      return undefined;
    }],
    ['POST', /^\/api\/password$/, ({ user, body }) => {
      if (body.current !== user.password) throw new Refusal(401, 'unauthenticated', 'wrong-password', '现在的密码不对。', 'The present password is wrong.');
      if (body.new.length < 8) throw new Refusal(400, 'invalid', 'weak-password', '密码太弱：至少 8 个字符。', 'The password is too weak: at least 8 characters.');
      user.password = body.new;
      user.mustChangePassword = false;
      return show(user);
    }],
    ['GET', /^\/api\/county$/, () => ({
      ...data.county, demo, dataFrom: loaded ? '2023-01' : null, dataTo: loaded ? '2025-12' : null, latestYear: loaded ? '2025' : null, asOf: 812,
      organizations: loaded ? data.organizations : [], packs: [{ id: 'county-core', title: both('县域核心指标', 'County core measures'), edition: '2025.1' }],
      diseaseGroups: data.diseaseGroups, destinations: data.destinations,
    })],
    ['GET', /^\/api\/accounts$/, ({ user }) => {
      if (user.role !== 'administrator') throw forbidden();
      return { accounts: [...users.values()].map(showAccount) };
    }],
    ['POST', /^\/api\/accounts$/, ({ user, body }) => {
      if (user.role !== 'administrator') throw forbidden();
      if (users.has(body.user)) throw new Refusal(409, 'conflict', 'user-exists', `用户已存在：${body.user}`, `there is a user ${body.user} already`);
      const wholeCounty = !['hospital-manager', 'hospital-it', 'clinician'].includes(body.role);
      users.set(body.user, { ...body, name: body.name || body.user, wholeCounty, password: `one-time-${users.size}`, mustChangePassword: true });
      return { status: 201, json: { account: showAccount(users.get(body.user)), oneTimePassword: users.get(body.user).password } };
    }],
    ['PATCH', /^\/api\/accounts\/([^/]+)$/, ({ user, match, body }) => {
      if (user.role !== 'administrator') throw forbidden();
      const account = users.get(match[1]);
      if (!account) throw notFound();
      const { newPassword, resetSecondFactor, endSessions, ...rest } = body;
      factor.changed(account, body);
      Object.assign(account, rest, newPassword ? { password: `one-time-again-${++tokens}`, mustChangePassword: true } : {});
      if (account.disabled || newPassword) for (const [token, name] of sessions) if (name === account.user) sessions.delete(token);
      return { account: showAccount(account), oneTimePassword: newPassword ? account.password : null };
    }],
    ...auditRoutes(forbidden),
    ...emergencyRoutes(Refusal, (id, person) => care.state.added.set(id, person)),
    ['GET', /^\/api\/measures$/, () => ({ measures: data.definitions })],
    ['GET', /^\/api\/measures\/([^/]+)\/cases$/, ({ user, match, search }) => {
      if (user.role === 'viewer') throw forbidden();
      const cases = data.casesOf(match[1], Object.fromEntries(search), user.wholeCounty ? null : user.organizations);
      const offset = Number(search.get('offset') ?? 0);
      const shown = cases.slice(offset, offset + Number(search.get('count') ?? 100)).map(asCase);
      if (search.get('format') === 'csv') return text(`\uFEFFkey,onDate\r\n${shown.map((one) => `${one.key},${one.onDate}`).join('\r\n')}\r\n`);
      return { total: cases.length, asOf: 812, cases: shown };
    }],
    ['GET', /^\/api\/measures\/([^/]+)$/, ({ user, match, search }) => {
      const ids = match[1] === 'all' ? data.definitions.map((each) => each.id) : match[1].split(',');
      if (!user.wholeCounty && ids.some((id) => data.definitions.find((each) => each.id === id)?.subject === 'county')) throw forbidden();
      const rows = data.sheetRows(ids, Object.fromEntries(search), user.wholeCounty ? null : user.organizations);
      if (search.get('format') === 'csv') return text(`\uFEFFmeasure,value\r\n${rows.map((row) => `${row.measure},${row.value}`).join('\r\n')}\r\n`);
      return { asOf: 812, notes: [], rows };
    }],
    ['GET', /^\/api\/overview$/, ({ user, search }) => {
      const period = search.get('period') ?? '2025';
      const mine = (gap) => gap.state !== 'closed' && (user.wholeCounty || user.organizations.includes(gap.subject));
      if (!user.wholeCounty) {
        const own = gaps.filter(mine);
        return { period, asOf: 812, scope: 'own', cards: [], flow: { nodes: [], links: [] }, gaps: own, actions: own.flatMap((gap) => gap.actions) };
      }
      if (overviews.has(period)) return { ...overviews.get(period), ...now() };
      const cards = ['inpatient-in-county-share', 'visit-in-county-share', 'fund-in-county-share'].map((measure) => {
        const before = data.casesOf(measure, { period: data.yearBefore(period) });
        return {
          measure, ...data.evaluate(measure, data.casesOf(measure, { period })), previous: before.length ? data.evaluate(measure, before).value : null,
          previousPeriod: data.yearBefore(period), target: data.definitions.find((each) => each.id === measure).target.value, trend: data.trendOf(measure, period),
        };
      });
      overviews.set(period, { period, asOf: 812, scope: 'county', cards, flow: data.flowOf(period) });
      return { ...overviews.get(period), ...now() };
    }],
    ['GET', /^\/api\/leak$/, ({ user, search }) => {
      if (!user.wholeCounty) throw forbidden();
      return data.leakOf(search.get('period'), search.get('care') ?? 'inpatient');
    }],
    ['GET', /^\/api\/gaps$/, ({ user, search }) => ({
      gaps: gaps.filter((gap) => (search.get('closed') === '1' || gap.state !== 'closed') && (user.wholeCounty || user.organizations.includes(gap.subject))),
    })],
    ['GET', /^\/api\/gaps\/([^/]+)$/, ({ match }) => gapOf(match[1])],
    ['POST', /^\/api\/gaps\/([^/]+)\/actions$/, ({ user, match, body }) => {
      if (!['county-director', 'hospital-manager'].includes(user.role)) throw forbidden();
      const gap = gapOf(match[1]);
      if (!body.owner?.trim()) throw new Refusal(400, 'invalid', 'no-owner', '请填写负责人', 'An action needs an owner.');
      gap.actions.push({ ...makeAction(gap, body, gap.actions.length + 1, body.startedOn ? 'in-progress' : 'accepted', body.startedOn), approvedBy: user.user });
      gap.state = 'acting';
      return gap;
    }],
    ['GET', /^\/api\/actions$/, ({ search }) => ({
      actions: gaps.flatMap((gap) => gap.actions).filter((action) => search.get('ended') === '1' || !['completed', 'cancelled'].includes(action.status)),
    })],
    ['PATCH', /^\/api\/actions\/([^/]+)$/, ({ user, match, body }) => {
      const gap = gaps.find((each) => each.actions.some((action) => action.id === match[1]));
      if (!gap) throw notFound();
      const action = gap.actions.find((each) => each.id === match[1]);
      if (action.version !== body.version) throw new Refusal(409, 'conflict', 'changed-meanwhile', '这个行动刚被别人改过，请看最新内容后再改。', 'Somebody has just changed this action; look at it again.');
      if (body.status) action.status = body.status;
      action.version++;
      action.history.push({ at: '2025-11-22T10:00:00+08:00', status: action.status, who: user.user, note: body.note ?? '' });
      return gap;
    }],
    ['GET', /^\/api\/action-types$/, () => ({ types: actionTypes })],
    ['GET', /^\/api\/cases\/([^/]+)\/([^/]+)$/, ({ match }) => ({ type: match[1], key: match[2], resources: recordOf(match[1], match[2]) })],
    ['POST', /^\/api\/imports$/, ({ user, search, bytes }) => {
      const lines = bytes.toString('utf8').split(/\r?\n/).filter((line) => line.trim() !== '');
      if (lines.length < 2) throw new Refusal(400, 'invalid', 'empty-file', '文件里没有数据行。', 'The file has no rows.');
      const one = {
        id: `import-${imports.length + 1}`, kind: search.get('kind'), files: [search.get('name') ?? 'file'], organization: search.get('org') ?? '', status: 'in-progress', stage: 'reading',
        fraction: 0, rowsRead: 0, counts: { accepted: 0, unchanged: 0, replaced: 0, rejected: 0 }, error: null, notes: [], startedAt: '2025-11-22T10:00:00+08:00', finishedAt: null, by: user.user, lines, report: [],
      };
      imports.unshift(one);
      run(one);
      return { status: 202, json: showImport(one) };
    }],
    ['GET', /^\/api\/imports$/, () => ({ imports: imports.map(showImport) })],
    ['GET', /^\/api\/imports\/([^/]+)$/, ({ match }) => showImport(importOf(match[1]))],
    ['POST', /^\/api\/imports\/([^/]+)\/cancel$/, ({ match }) => {
      const one = importOf(match[1]);
      if (one.status === 'in-progress') {
        clearInterval(one.timer);
        Object.assign(one, { status: 'cancelled', finishedAt: '2025-11-22T10:00:02+08:00' });
      }
      return showImport(one);
    }],
    ['GET', /^\/api\/imports\/([^/]+)\/report$/, ({ match, search }) => ({ rows: importOf(match[1]).report.slice(0, Number(search.get('count') ?? 100)) })],
    ['GET', /^\/api\/imports\/([^/]+)\/report\.csv$/, ({ match }) =>
      text(`\uFEFFline,column,value,code,reason_zh,reason_en\r\n${importOf(match[1]).report.map((row) => `${row.line},${row.column},${row.value},${row.code},${row.reason.zh},${row.reason.en}`).join('\r\n')}\r\n`)],
  ];

  function importOf(id) {
    const one = imports.find((each) => each.id === id);
    if (!one) throw notFound();
    return one;
  }

  // Rows go in piece by piece; a big file takes long enough to be stopped.
  function run(one) {
    const dateColumns = ['CYSJ', 'enddate'];
    const header = one.lines[0].replace(/^\uFEFF/, '').split(',').map((cell) => cell.trim());
    const at = header.findIndex((name) => dateColumns.includes(name));
    const all = one.lines.length - 1;
    const piece = Math.max(1, Math.ceil(all / (all > 1000 ? 60 : 4)));
    let next = 1;
    one.timer = setInterval(() => {
      for (const end = Math.min(next + piece, all + 1); next < end; next++) {
        const value = at < 0 ? '' : one.lines[next].split(',')[at]?.trim() ?? '';
        if (at >= 0 && !/^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])/.test(value)) {
          one.counts.rejected++;
          if (one.report.length < 1000) one.report.push({ line: next + 1, column: header[at], value, code: 'bad-date', reason: both('不是日期', 'This is no date') });
        } else one.counts.accepted++;
      }
      Object.assign(one, { rowsRead: next - 1, fraction: (next - 1) / all, stage: next > all ? 'done' : 'committing' });
      if (next > all) {
        clearInterval(one.timer);
        loaded = true;
        Object.assign(one, { status: 'completed', finishedAt: '2025-11-22T10:00:04+08:00' });
      }
    }, 120);
  }

  const care = makeCare({ Refusal, notFound, forbidden });
  routes.push(...care.routes);
  const oauth = makeOauth({ Refusal, forbidden, notFound });
  routes.push(...oauth.routes);
  return { routes, users, sessions, care, missing: factor.missing, stop: () => imports.forEach((one) => clearInterval(one.timer)) };
}

function recordOf(type, key) {
  const row = data.rows.find((each) => each.key === key);
  if (!row) throw notFound();
  const coded = (code, display, system = 'https://fhir.qianxian.cn/CodeSystem/icd-10-clinical') => ({ coding: [{ system, code, display }] });
  const money = (value) => ({ value, currency: 'CNY' });
  if (type === 'settlement') {
    return [{
      resourceType: 'ExplanationOfBenefit', id: key, status: 'active', type: coded('21', '普通住院', 'med-type'), patient: { display: row.person }, billablePeriod: { start: row.date, end: row.date },
      provider: { display: row.institutionName }, diagnosis: [{ sequence: 1, diagnosisCodeableConcept: coded(row.code, row.disease) }],
      total: [{ category: coded('submitted', ''), amount: money(row.amount) }, { category: coded('benefit', ''), amount: money(row.fund) }],
    }];
  }
  const base = 'https://fhir.qianxian.cn/StructureDefinition/';
  return [
    { resourceType: 'Encounter', id: key, status: 'finished', serviceProvider: { reference: `Organization/${row.institution}` }, period: { start: row.date, end: row.date }, length: { value: row.days, unit: 'd' },
      reasonCode: [coded(row.code, row.disease)], hospitalization: { admitSource: coded('2', ''), dischargeDisposition: coded(row.left, '') },
      extension: [{ url: `${base}total-cost`, valueMoney: money(row.amount) }, { url: `${base}first-page-fields`, extension: [{ url: 'GJ', valueString: '中国' }, { url: 'HY', valueString: '2' }] }] },
    { resourceType: 'Patient', id: `p-${row.person}`, meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'MASKED' }] }, name: [{ text: '虚**' }], gender: 'female', birthDate: '1961-04-12', identifier: [{ system: 'https://fhir.qianxian.cn/id-card', value: '**************0022' }] },
    { resourceType: 'Condition', id: `${key}-d1`, code: coded(row.code, row.disease), extension: [{ url: `${base}present-on-admission`, valueCode: '有' }] },
    ...(row.level ? [{ resourceType: 'Procedure', id: `${key}-o1`, code: coded('00.66', '经皮冠状动脉介入'), performedDateTime: row.date, extension: [{ url: `${base}operation-level`, valueCode: String(row.level) }] }] : []),
  ];
}

function sendFile(path, request, answer) {
  const wanted = normalize(join(dist, decodeURIComponent(path)));
  const file = wanted.startsWith(dist) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(dist, 'index.html');
  const packed = existsSync(`${file}.gz`) && /gzip/.test(request.headers['accept-encoding'] ?? '');
  answer.writeHead(200, {
    'Content-Type': kinds[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff',
    'Cache-Control': file.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache', ...(packed ? { 'Content-Encoding': 'gzip' } : {}),
  });
  answer.end(readFileSync(packed ? `${file}.gz` : file));
}

export function startMock({ port = 0, empty = false, demo = true } = {}) {
  const mock = makeMock({ empty, demo });
  const server = createServer((request, answer) => {
    const address = new URL(request.url, 'http://mock');
    if (address.pathname === '/health') {
      answer.writeHead(200, { 'Content-Type': 'application/json' });
      answer.end(JSON.stringify({ status: 'ok', t: 812, asOf: 812, demo }));
      return;
    }
    if (address.pathname === '/oauth2/authorize') {
      answerAuthorize(address, answer);
      return;
    }
    if (!address.pathname.startsWith('/api/')) {
      sendFile(address.pathname, request, answer);
      return;
    }
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => reply(mock, request, answer, address, Buffer.concat(pieces)));
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}`, mock, close: () => { mock.stop(); server.closeAllConnections?.(); server.close(); } });
    });
  });
}

function reply(mock, request, answer, address, bytes) {
  const send = (status, value) => {
    answer.writeHead(status, value === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' });
    answer.end(value === undefined ? undefined : JSON.stringify(value));
  };
  try {
    const token = /qianxian_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    const user = mock.users.get(mock.sessions.get(token));
    for (const [method, pattern, handle, open] of mock.routes) {
      const match = method === request.method && pattern.exec(address.pathname);
      if (!match) continue;
      if (!user && !open) throw new Refusal(401, 'unauthenticated', 'not-signed-in', '请先登录。', 'Please sign in.');
      const missing = user && !open && mock.missing(token, user, method, address.pathname);
      if (missing) throw missing;
      if (method !== 'GET' && request.headers['x-qianxian'] !== '1') throw new Refusal(403, 'forbidden', 'no-header', '请求缺少 X-Qianxian。', 'The request lacks X-Qianxian.');
      const isJson = /json/.test(request.headers['content-type'] ?? '');
      const body = isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : {};
      const result = handle({ user, token, match: match.map((part) => part && decodeURIComponent(part)), search: address.searchParams, body, bytes, request, answer });
      if (result?.raw !== undefined) {
        answer.writeHead(200, { 'Content-Type': result.type, 'Content-Disposition': result.disposition ?? 'attachment; filename="data.csv"' });
        answer.end(result.raw);
      } else if (result?.json !== undefined) send(result.status, result.json);
      else send(result === undefined ? 204 : 200, result);
      return;
    }
    throw notFound();
  } catch (problem) {
    if (problem instanceof Refusal) send(problem.status, problem.body);
    else {
      console.error(problem);
      send(500, { error: { category: 'fault', code: 'mock', zh: '模拟服务器出错', en: String(problem) } });
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const portAt = process.argv.indexOf('--port');
  const { url } = await startMock({ port: portAt > 0 ? Number(process.argv[portAt + 1]) : 8090, empty: process.argv.includes('--empty') });
  console.log(url);
}
