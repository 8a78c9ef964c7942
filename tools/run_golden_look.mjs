// What is asked of a golden store, and how the answers are written down: sections of lines "question => answer" (tests/golden/NAME.expect).
// The maker asks the release that made the store, the runner asks the build at hand; the two must say the same.
import { Person, serve, sha256 } from './run_golden_world.mjs';
import { expect, run } from './scenario_world.mjs';

export function write(sections) {
  return Object.entries(sections).map(([name, lines]) => `[${name}]\n${lines.join('\n')}\n`).join('\n');
}
export function read(text) {
  const sections = {};
  let lines;
  for (const line of text.split('\n')) {
    const head = /^\[(.*)\]$/.exec(line);
    if (head) lines = sections[head[1]] = [];
    else if (line && !line.startsWith('#')) lines.push(line);
  }
  return sections;
}
const parts = (line) => { const at = line.lastIndexOf(' => '); return [line.slice(0, at), line.slice(at + 4)]; };
export const question = (line) => parts(line)[0];
export const answer = (sections, section, what) => (sections[section] ?? []).map(parts).find(([name]) => name === what)?.[1];
// "admin => PASSWORD SECRET" of the section [given].
export const given = (sections, what) => answer(sections, 'given', what).split(' ');

export async function command(world, args, code = 0) {
  const ended = await run({ program: world.program }, args);
  expect(ended.code === code, `qianxian ${args.join(' ')}: ended with ${ended.code}: ${ended.stderr.slice(-600)} ${ended.stdout.slice(-600)}`);
  return ended;
}

// Everything is in order, and so many rows were looked at, by the lines of the check.
export async function check(world, more = []) {
  const { code, stdout, stderr } = await run({ program: world.program }, ['check', '--data', world.data, ...more]);
  expect(code === 0 && /everything is in order/.test(stdout) && !/DAMAGED/.test(stdout), `qianxian check ended with ${code}: ${stdout.split('\n').filter((line) => /DAMAGED/.test(line)).join('\n') || stderr}`);
  return Object.fromEntries([...stdout.matchAll(/^(.*?) +(\d+) +正常 good$/gm)].map(([, what, count]) => [what, Number(count)]));
}

// One call for each period: `asked` are lines "MEASURE SUBJECT PERIOD".
export async function measures(world, asked) {
  const found = new Map();
  for (const period of new Set(asked.map((one) => one.split(' ')[2]))) {
    const ids = new Set(asked.filter((one) => one.endsWith(` ${period}`)).map((one) => one.split(' ')[0]));
    const { stdout } = await command(world, ['measure', ...ids, '--data', world.data, '--period', period, '--format', 'csv']);
    const [header, ...rows] = stdout.trim().split('\n').map((line) => line.split(','));
    for (const fields of rows) {
      const row = Object.fromEntries(header.map((name, i) => [name, fields[i]]));
      if (row.stratum === '') found.set(`${row.measure} ${row.subject} ${period}`, `${row.numerator || 'none'} / ${row.denominator || 'none'} = ${row.value || 'none'}`);
    }
  }
  return asked.map((one) => `${one} => ${found.get(one) ?? 'no such row'}`);
}

async function accounts(world) {
  const { stdout } = await command(world, ['account', 'list', '--data', world.data]);
  return stdout.trim().split('\n').map((line) => line.split('\t')).map(([user, role, name, at, ...flags]) => `${user} => ${[role, name, at, ...flags].filter(Boolean).join(', ')}`);
}

// Those of the story: whoever opens a store later adds one. A seal says all of itself in its own line, and who kept it elsewhere compares it.
async function seals(world, clock) {
  const { stdout } = await command(world, ['audit', 'seals', '--data', world.data]);
  return stdout.trim().split('\n').filter((line) => line.slice(0, 10) < clock.slice(0, 10)).map((line) => `seal => ${line}`);
}

const inner = (address) => { const url = new URL(address); return url.pathname + url.search; };

// All versions there were at the end of the story, the newest first: [type, id, version, deleted].
async function history(admin, end) {
  const versions = [];
  for (let next = '/fhir/_history?_count=1000'; next;) {
    const page = await admin.get(next);
    for (const { request, response, fullUrl } of page.entry ?? []) {
      if (Date.parse(response.lastModified) > end) continue;
      const [type, id] = fullUrl.split('/').slice(-2);
      versions.push([type, id, Number(/\d+/.exec(response.etag)[0]), request.method === 'DELETE']);
    }
    const link = page.link.find((each) => each.relation === 'next');
    next = link ? inner(link.url) : '';
  }
  return versions;
}

async function each(list, work, atOnce = 8) {
  let at = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => { while (at < list.length) await work(list[at++]); }));
}
const digest = (lines) => sha256(lines.sort().map((line) => `${line}\n`).join(''));

// Counts of each type, and digests over the bytes of every version and of the newest of each.
async function records(admin, end) {
  const versions = await history(admin, end), newest = new Map(), bodies = [], current = [];
  for (const version of versions) if ((newest.get(`${version[0]}/${version[1]}`)?.[2] ?? 0) < version[2]) newest.set(`${version[0]}/${version[1]}`, version);
  await each(versions.filter(([, , , deleted]) => !deleted), async (version) => {
    const [type, id, number] = version, place = `${type}/${id}/_history/${number}`;
    const { status, text } = await admin.send('GET', `/fhir/${place}`);
    expect(status === 200, `${place}: ${status} ${text.slice(0, 300)}`);
    bodies.push(`${place} ${sha256(text)}`);
    if (newest.get(`${type}/${id}`) !== version) return;
    const read = await admin.send('GET', `/fhir/${type}/${id}`);
    // The engine may have moved on meanwhile by a newer pack: then the version stands for what was newest.
    current.push(`${place} ${sha256(read.headers.get('etag') === `W/"${number}"` ? read.text : text)}`);
  });
  const types = new Map();
  for (const [type, , , deleted] of versions) types.set(type, { versions: (types.get(type)?.versions ?? 0) + 1, current: 0, gone: 0, deletions: (types.get(type)?.deletions ?? 0) + (deleted ? 1 : 0) });
  for (const [type, , , deleted] of newest.values()) types.get(type)[deleted ? 'gone' : 'current']++;
  const lines = [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, n]) => `${type} => ${n.current} current, ${n.gone} deleted, ${n.versions} versions`);
  return { lines, digests: [`newest bodies, ${current.length} => ${digest(current)}`, `all bodies, ${bodies.length} => ${digest(bodies)}`] };
}

// A handful that a person can read: versions, what was deleted, decimals and XML as they were sent, codes.
async function reads(admin) {
  const lines = [], told = (page) => page.entry.map(({ request, response }) => `${/\d+/.exec(response.etag)[0]}${request.method === 'DELETE' ? ' deleted' : ''}`).join(', ');
  for (const id of ['golden-zhang', 'golden-gone', 'golden-back']) {
    const { status, json } = await admin.send('GET', `/fhir/Patient/${id}`);
    lines.push(`Patient/${id} => ${status}${status === 200 ? `, ${json.name[0].text} ${json.telecom?.[0].value ?? ''}`.trimEnd() : ''}`, `Patient/${id} history => ${told(await admin.get(`/fhir/Patient/${id}/_history`))}`);
  }
  lines.push(`Patient/golden-zhang version 2 => ${(await admin.get('/fhir/Patient/golden-zhang/_history/2')).telecom[0].value}`, `Patient/golden-gone version 1 => ${(await admin.get('/fhir/Patient/golden-gone/_history/1')).name[0].text}`);
  lines.push(`decimals of Observation/golden-odd => ${(await admin.send('GET', '/fhir/Observation/golden-odd')).text.match(/(?<="value":)[0-9.E]+/g).join(' ')}`);
  lines.push(`Substance/golden-xml as XML => ${/<description value="(.*?)"/.exec(await admin.get('/fhir/Substance/golden-xml?_format=xml'))[1]}`);
  lines.push(`codes of ValueSet/golden-warm => ${(await admin.get('/fhir/ValueSet/golden-warm/$expand')).expansion.contains.map(({ code }) => code).join(' ')}`);
  return lines;
}

// Of each search the total and the ids that came, in their order where it is said.
export async function searches(admin, asked) {
  const lines = [];
  for (const one of asked) {
    const { total, entry = [] } = await admin.get(`/fhir/${one}&_total=accurate${one.includes('_count=') ? '' : '&_count=1000'}`.replace(/[^\x21-\x7e]/gu, encodeURIComponent).replaceAll('|', '%7C'));
    const ids = entry.map(({ resource }) => (/_revinclude|_include/.test(one) ? `${resource.resourceType}/${resource.id}` : resource.id));
    if (!one.includes('_sort')) ids.sort();
    lines.push(`${one} => ${total}: ${ids.length > 12 ? `${ids.length} ids, sha256 ${sha256(ids.join(' '))}` : ids.join(' ') || 'none'}`);
  }
  return lines;
}

async function gaps(director) {
  const { gaps: all } = await director.get('/api/gaps?closed=1');
  return all.map(({ measure, subject, state, baseline, actions }) => `${measure} ${subject} => ${state}, ${baseline.numerator} / ${baseline.denominator} in ${baseline.period}`
    + actions.map((action) => `; ${action.type} ${action.status}, due ${action.dueOn}, ${action.history.length} steps`).join('')).sort();
}

async function care(village, specialist, people) {
  const lines = [];
  for (const patient of people) {
    const { enrolments, steps } = await village.get(`/api/patients/${patient}`);
    for (const { pathway, stage, status, since, exitReason, edition } of enrolments) lines.push(`${patient} ${pathway} => ${status}, stage ${stage}, since ${since}, edition ${edition}${exitReason ? `, ended by ${exitReason}` : ''}`);
    for (const { pathway, step, due, status } of steps) lines.push(`${patient} ${pathway} ${step} => ${status}, due ${due}`);
    const { referrals } = await specialist.get(`/api/referrals?patient=${patient}`);
    for (const { id, state, from, to, history: steps } of referrals) lines.push(`${id} => ${state}, from ${from.organization} to ${to.organization}, ${steps.map(({ verb }) => verb).join(' ')}`);
  }
  for (const { id, state, opinions, conclusion } of (await specialist.get('/api/consultations?box=sent')).consultations)
    lines.push(`${id} => ${state}, ${opinions.length} opinions, ${opinions.filter(({ signed }) => signed).length} signed as they stand, conclusion ${conclusion?.signed ? 'signed as it stands' : 'not signed'}`);
  return lines.sort();
}

export async function heard(specialist, subscription) {
  const { entry: [{ resource: { parameter } }] } = await specialist.get(`/fhir/Subscription/${subscription}/$status`);
  const value = (name) => { const { name: _, ...rest } = parameter.find((each) => each.name === name); return Object.values(rest)[0]; };
  return { topic: value('topic'), status: value('status'), events: Number(value('events-since-subscription-start')) };
}

async function audit(admin, until) {
  const notes = [];
  for (let before = ''; before !== 0;) {
    const page = await admin.get(`/api/audit?count=500${before ? `&before=${before}` : ''}`);
    notes.push(...page.notes);
    before = page.before;
  }
  const kept = notes.filter(({ number }) => number <= until).reverse();
  const text = kept.map((n) => [n.number, n.at, n.t, n.user, n.role, n.purpose, n.origin, n.verb, n.type, n.what, n.rows].join('|') + '\n').join('');
  return [`notes => ${kept.length}`, `notes, all => ${sha256(text)}`];
}

// Who comes back after the upgrade: by the password and the authenticator of then, by the token and the secret of then.
async function comesBack(world, asked) {
  const lines = [], form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  for (const user of ['admin', 'specialist', 'village']) {
    const { role, organizations } = await world.who[user].get('/api/session');
    lines.push(`sign-in of ${user}${world.who[user].secret ? ' with a code' : ''} => ${[role, ...organizations].join(', ')}`);
  }
  const program = new Person(world, 'program', ''), [client, refresh] = given(asked, 'granted'), [other, secret] = given(asked, 'secret');
  const renewed = await program.send('POST', '/oauth2/token', new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh, client_id: client }).toString(), form);
  const seen = renewed.status === 200 ? await program.send('GET', '/fhir/Patient?_id=golden-zhang', undefined, { Authorization: `Bearer ${renewed.json.access_token}` }) : renewed;
  lines.push(`refresh token of a program => ${renewed.status}, ${renewed.json?.scope ?? renewed.text}, ${seen.json?.entry?.map(({ resource }) => resource.id) ?? seen.text}`);
  for (const [what, word] of [['secret of a program', secret], ['wrong secret of a program', `${secret}x`]]) {
    const { status, text } = await program.send('POST', '/oauth2/introspect', 'token=nothing', { ...form, Authorization: `Basic ${Buffer.from(`${other}:${word}`).toString('base64')}` });
    lines.push(`${what} => ${status}${status === 200 ? ` ${text}` : ''}`);
  }
  return lines;
}

// The people of [given] at a running server.
export function enter(world, asked) {
  world.who = {};
  for (const user of ['admin', 'specialist', 'village']) world.who[user] = new Person(world, user, ...given(asked, user));
}

export const minuteLater = (time) => new Date(Date.parse(time) + 60_000).toISOString().replace('.000', '');

// Everything; `asked` are the sections that say what to ask: [given], and the questions of [searches] and [measures].
export async function look(world, asked, clockFile) {
  const [clock] = given(asked, 'clock'), notes = Number(given(asked, 'notes')[0]), people = given(asked, 'people'), [subscription] = given(asked, 'subscription');
  const counts = await check(world);
  const sections = { given: asked.given };
  const numbers = await measures(world, asked.measures.map(question));
  const people_and_roles = await accounts(world), kept = await seals(world, clock);
  world.clockFile = clockFile;
  world.server = await serve(world.program, world.data, ['--clock-file', clockFile]);
  try {
    enter(world, asked);
    const { admin, specialist, village } = world.who;
    sections['who comes back'] = await comesBack(world, asked);
    sections.reads = await reads(admin);
    const { lines, digests } = await records(admin, Date.parse(clock));
    Object.assign(sections, { records: lines, digests, searches: await searches(admin, asked.searches.map(question)) });
    sections.ledgers = ['settlement', 'population'].map((kind) => `${kind} rows that count => ${counts[`warehouse: ${kind} rows against the ledger`]}`);
    sections.ledgers.push(`batch files => ${counts['ledger: ledger files']}`, `rows in them => ${counts['ledger: ledger rows']}`);
    sections.measures = numbers;
    sections.gaps = await gaps(admin);
    sections.care = await care(village, specialist, people);
    sections.accounts = people_and_roles;
    sections.programs = (await admin.get('/api/clients')).clients.map(({ name, login, scope, disabled }) => `${name} => ${login}, ${scope}${disabled ? ', disabled' : ''}`).sort();
    const { topic, status, events } = await heard(specialist, subscription);
    sections.subscriptions = [`${topic} => ${status}, ${events} events`];
    sections.imports = (await admin.get('/api/imports')).imports.map(({ kind, files, status: state, by, counts: n }) => `${kind} ${files.join(' ')} by ${by} => ${state}, accepted ${n.accepted}, unchanged ${n.unchanged}, replaced ${n.replaced}, rejected ${n.rejected}`).sort();
    sections.audit = [...await audit(admin, notes), ...kept];
  } finally {
    sections.ended = [`the server, asked to stop => ${await world.server.stop()}`];
  }
  return sections;
}

const counted = (stdout) => stdout.trim().split('\n').pop();

// What is done to the store next: files come, somebody works, by the clock of the machine; and the store is still in order.
export async function goesOn(world, asked, later) {
  const lines = [];
  for (const [kind, file] of later) lines.push(`import ${kind} => ${counted((await command(world, ['import', kind, file, '--data', world.data])).stdout)}`);
  for (const line of await measures(world, ['inpatient-in-county-share 999901 2025', 'fund-in-county-share 999901 2025'])) lines.push(`then ${line}`);
  delete world.clock;
  delete world.clockFile;
  world.server = await serve(world.program, world.data);
  try {
    enter(world, asked);
    await world.who.admin.signIn();
    const { specialist } = world.who, [subscription] = given(asked, 'subscription'), before = (await heard(specialist, subscription)).events;
    for (const version of [1, 2, 5, 6]) {
      const { status, json } = await world.who.admin.send('GET', `/fhir/Patient/golden-zhang/_history/${version}`);
      lines.push(`Patient/golden-zhang version ${version} => ${status}, ${json?.telecom?.[0].value ?? 'no telephone'}`);
    }
    await specialist.ask('PUT', '/fhir/Encounter/golden-later', { resourceType: 'Encounter', id: 'golden-later', status: 'planned', class: { code: 'AMB' } }, { 'Content-Type': 'application/fhir+json' });
    let now = before;
    for (let tries = 0; now === before && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      now = (await heard(specialist, subscription)).events;
    }
    lines.push(`events that one more change gives the subscription => ${now - before}`);
  } finally {
    lines.push(`the server, asked to stop => ${await world.server.stop()}`);
  }
  await check(world);
  lines.push('check => everything is in order');
  return lines;
}
