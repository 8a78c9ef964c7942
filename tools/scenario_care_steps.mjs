// The sentences of a scenario about people: who works where, who is looked after, visits, referrals, consultations, time.
import fs from 'node:fs';
import path from 'node:path';
import { api, expect, importFile, settled } from './scenario_world.mjs';

const password = 'Scenario-2026-千县';
const verbs = { 审核通过: 'review-approve', 接收: 'accept', 到诊: 'arrive', 返回结果: 'return-result', 下转: 'send-down', 接管: 'take-over', 结束: 'close', 拒绝: 'decline' };
const roles = { 医生: 'clinician', 管理者: 'hospital-manager', 院长: 'county-director' };

const setTime = (world, text) => fs.writeFileSync(world.clockFile, /T/.test(text) ? text : `${text}T09:00:00+08:00`);

// A session ends by itself; whoever comes back on another day signs in again.
async function timeComes(world, time) {
  setTime(world, time);
  for (const doctor of world.doctors.values()) doctor.cookie = await doctor.signIn();
}

async function callAs(world, name, method, target, body) {
  const doctor = world.doctors.get(name);
  expect(doctor, `没有叫 ${name} 的人`);
  const answer = await fetch(world.url + target, {
    method, body: body ? JSON.stringify(body) : undefined,
    headers: { Cookie: doctor.cookie, 'X-Qianxian': '1', ...(body ? { 'Content-Type': 'application/json' } : {}) },
  });
  const text = await answer.text();
  return { status: answer.status, json: text.startsWith('{') ? JSON.parse(text) : null, text };
}
async function as(world, name, method, target, body) {
  const answer = await callAs(world, name, method, target, body);
  expect(answer.status < 300, `${name} ${method} ${target}: ${answer.status} ${answer.text.slice(0, 400)}`);
  return answer.json;
}

async function addDoctor(world, name, organization, word) {
  // A real folder asks directors and managers for a second factor; these stories are about what they do once they are in.
  if (world.doctors.size === 0) await api(world, 'PATCH', '/api/sign-in-rules', { secondFactorRoles: [] });
  const user = `user${world.doctors.size + 1}`;
  const made = await api(world, 'POST', '/api/accounts', { user, name, role: roles[word], organizations: organization === '全县' ? [] : [organization] });
  const headers = { 'X-Qianxian': '1', 'Content-Type': 'application/json' };
  const signIn = async (secret) => {
    const answer = await fetch(`${world.url}/api/session`, { method: 'POST', headers, body: JSON.stringify({ user, password: secret }) });
    expect(answer.ok, `${name} 不能登录: ${answer.status}`);
    return answer.headers.get('set-cookie').split(';')[0];
  };
  const first = await signIn(made.oneTimePassword);
  await fetch(`${world.url}/api/password`, { method: 'POST', headers: { ...headers, Cookie: first }, body: JSON.stringify({ current: made.oneTimePassword, new: password }) });
  world.doctors.set(name, { organization, signIn: () => signIn(password), cookie: await signIn(password) });
}

const idOf = (world, person) => {
  expect(world.people.has(person), `没有登记 ${person}`);
  return world.people.get(person);
};
const recordOf = (world, person) => api(world, 'GET', `/api/patients/${idOf(world, person)}`);
const fieldsOf = (block) => Object.fromEntries(block.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]));

// "8" is a number, "true" a yes, all else its text.
function answerOf(text) {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(\.\d+)?$/.test(text) && !/^0\d/.test(text) ? Number(text) : text;
}

const answerFor = (item, text) =>
  item.type === 'choices' ? text.replace(/^\[|\]$/g, '').split(/[,，]\s*/) : ['choice', 'text', 'date'].includes(item.type) ? text : answerOf(text);

async function fill(world, doctor, person, form, block, at) {
  const { items } = (await as(world, doctor, 'GET', `/api/forms/${form}?patient=${idOf(world, person)}`)).form;
  const answers = Object.fromEntries(Object.entries(fieldsOf(block)).map(([id, text]) => {
    const item = items.find((each) => each.id === id);
    expect(item, `表单 ${form} 没有 ${id}`);
    return [id, answerFor(item, text)];
  }));
  const tasks = (await as(world, doctor, 'GET', `/api/patients/${idOf(world, person)}`)).steps.filter((step) => step.form === form);
  world.visit = await as(world, doctor, 'POST', '/api/visits', {
    clientKey: `visit-${++world.keys}`, patient: idOf(world, person), at, method: 'clinic', note: '',
    tasks: tasks.map(({ task, version }) => ({ task, version })), forms: [{ form, answers }],
  });
}

// Several programmes in one visit: what several forms ask is asked once, as on the page.
async function fillTogether(world, doctor, person, names, block, at) {
  const given = fieldsOf(block), used = new Set(), forms = [];
  for (const name of names) {
    const { items } = (await as(world, doctor, 'GET', `/api/forms/${name}?patient=${idOf(world, person)}`)).form;
    const own = items.filter((item) => given[item.id] !== undefined);
    own.forEach((item) => used.add(item.id));
    forms.push({ form: name, answers: Object.fromEntries(own.map((item) => [item.id, answerFor(item, given[item.id])])) });
  }
  const unknown = Object.keys(given).filter((id) => !used.has(id));
  expect(unknown.length === 0, `没有表单问 ${unknown.join('、')}`);
  const { steps } = await as(world, doctor, 'GET', `/api/patients/${idOf(world, person)}`);
  const due = names.map((name) => steps.find((step) => step.form === name));
  expect(due.every(Boolean), `没有未完成的 ${names.filter((_, i) => !due[i]).join('、')}`);
  world.visit = await as(world, doctor, 'POST', '/api/visits', {
    clientKey: `visit-${++world.keys}`, patient: idOf(world, person), at, method: 'clinic', note: '', tasks: due.map(({ task, version }) => ({ task, version })), forms,
  });
}

const now = (world) => fs.readFileSync(world.clockFile, 'utf8').trim();

async function stepOf(world, doctor, person, step) {
  const { people } = await as(world, doctor, 'GET', '/api/today?count=500');
  const found = people.find((each) => each.patient.id === idOf(world, person));
  return { found, step: found?.steps.find((each) => each.step === step) };
}

async function referralStep(world, doctor, verb, block = []) {
  const given = fieldsOf(block);
  const body = { version: world.referral.version, note: given.说明 ?? '', reason: given.理由 ?? '' };
  if (given.时间) body.slot = { start: given.时间, department: given.科室 ?? '', bed: given.床位 ?? '' };
  if (given.结果) body.result = { text: given.结果, documents: [] };
  if (given.计划) body.plan = { pathway: given.路径 ?? '', text: given.计划, nextDate: given.下次 ?? '' };
  world.referral = await as(world, doctor, 'POST', `/api/referrals/${world.referral.id}/${verbs[verb]}`, body);
}

async function consultationStep(world, doctor, verb, more) {
  const { version } = await as(world, doctor, 'GET', `/api/consultations/${world.consultation.id}`);
  world.consultation = await as(world, doctor, 'POST', `/api/consultations/${world.consultation.id}/${verb}`, { version, ...more });
}

export const careSteps = [
  [/^一个空的县，代码 (\d{6})，时间是 (\S+)$/, async (world, [code, time]) => {
    Object.assign(world, { county: code, doctors: new Map(), people: new Map(), keys: 0, clockFile: path.join(world.folder, 'clock') });
    setTime(world, time);
    await world.start(['--clock-file', world.clockFile]);
  }],
  [/^有机构 (\S+) (\S+) (\S+)，(?:上级 (\S+)|没有上级)$/, async (world, [code, name, kind, lead = '']) => {
    world.organizations.push(`${code},${name},${kind},二级,${world.county},${lead}`);
    const file = path.join(world.folder, 'organizations.csv');
    fs.writeFileSync(file, 'code,name,kind,level,region,lead\n' + world.organizations.join('\n') + '\n');
    await importFile(world, 'organizations', file);
    expect(world.imported.rejected === 0, world.report.join(' ; '));
  }],
  [/^(\S+) 是 (\S+) 的(医生|管理者|院长)$/, async (world, [name, organization, word]) => addDoctor(world, name, organization, word)],
  [/^时间到了 (\S+)$/, async (world, [time]) => timeComes(world, time)],
  [/^(\S+) 登记居民 (\S+)，(男|女)，(\S+) 出生$/, async (world, [doctor, person, gender, birthDate]) => {
    const { id } = await as(world, doctor, 'POST', '/api/patients', {
      name: person, gender: gender === '男' ? 'male' : 'female', birthDate, organization: world.doctors.get(doctor).organization, clientKey: `person-${++world.keys}`,
    });
    world.people.set(person, id);
  }],
  [/^(\S+) 把 (\S+) 纳入 (\S+)$/, async (world, [doctor, person, pathway]) => {
    await as(world, doctor, 'POST', '/api/enrolments', { patient: idOf(world, person), pathway, organization: world.doctors.get(doctor).organization });
  }],
  [/^(\S+) 的名单上有 (\S+) 的 (\S+)，期限 (\S+)$/, async (world, [doctor, person, step, due]) => {
    const seen = await settled(world, async () => ((await stepOf(world, doctor, person, step)).step?.due === due ? true : undefined));
    expect(seen, JSON.stringify((await stepOf(world, doctor, person, step)).found ?? '不在名单上'));
  }],
  [/^(\S+) 的名单上 (\S+) 已逾期 (\d+) 天$/, async (world, [doctor, person, days]) => {
    const seen = await settled(world, async () => ((await stepOf(world, doctor, person, '')).found?.overdueDays === Number(days) ? true : undefined));
    expect(seen, JSON.stringify((await stepOf(world, doctor, person, '')).found ?? '不在名单上'));
  }],
  [/^(\S+) 的名单上没有 (\S+)$/, async (world, [doctor, person]) => {
    const gone = await settled(world, async () => ((await stepOf(world, doctor, person, '')).found ? undefined : true));
    expect(gone, JSON.stringify((await stepOf(world, doctor, person, '')).found));
  }],
  [/^(\S+) 为 (\S+) 填写 (\S+):$/, async (world, [doctor, person, form], block) => fill(world, doctor, person, form, block, now(world))],
  [/^(\S+) 从 (\S+) 起每 (\d+) 天为 (\S+) 填写 (\S+)，共 (\d+) 次:$/, async (world, [doctor, from, days, person, form, times], block) => {
    for (let i = 0; i < Number(times); i++) {
      const day = new Date(Date.parse(from) + i * Number(days) * 86_400_000).toISOString().slice(0, 10);
      await timeComes(world, day);
      const due = await settled(world, async () => ((await recordOf(world, person)).steps.some((step) => step.form === form && step.due <= day) ? true : undefined));
      expect(due, `${day} 没有到期的 ${form}`);
      await fill(world, doctor, person, form, block, now(world));
    }
  }],
  [/^(\S+) 一次为 (\S+) 填写 (\S+、\S+):$/, async (world, [doctor, person, forms], block) => fillTogether(world, doctor, person, forms.split('、'), block, now(world))],
  [/^(\S+) 的名单上 (\S+) 只占一行，要做 (\S+)$/, async (world, [doctor, person, words]) => {
    const rows = async () => (await as(world, doctor, 'GET', '/api/today?count=500')).people.filter((each) => each.patient.id === idOf(world, person));
    const of = (found) => found.map((each) => each.steps.map((step) => `${step.pathway}/${step.step}`).sort().join('、')).join(' | ');
    const wanted = words.split('、').sort().join('、');
    expect(await settled(world, async () => (of(await rows()) === wanted ? true : undefined)), of(await rows()) || '不在名单上');
  }],
  [/^(\S+) 已离开 (\S+)，原因 (\S+)$/, async (world, [person, pathway, reason]) => {
    const of = async () => (await recordOf(world, person)).enrolments.filter((each) => each.pathway === pathway).at(-1);
    expect(await settled(world, async () => ((await of())?.exitReason === reason ? true : undefined)), `原因是 ${(await of())?.exitReason}`);
  }],
  [/^提示危险 (\S+)，建议按 (\S+) 转诊$/, async (world, [danger, criterion]) => {
    const found = world.visit.dangers.find((each) => each.id === danger);
    expect(found?.refer?.criterion === criterion, JSON.stringify(world.visit.dangers));
  }],
  [/^没有提示危险$/, async (world) => expect(world.visit.dangers.length === 0, JSON.stringify(world.visit.dangers))],
  [/^(\S+) 处在 (\S+) 的 (\S+) 阶段$/, async (world, [person, pathway, stage]) => {
    const of = async () => (await recordOf(world, person)).enrolments.find((each) => each.pathway === pathway && each.status === 'active');
    const seen = await settled(world, async () => ((await of())?.stage === stage ? true : undefined));
    expect(seen, `阶段是 ${(await of())?.stage}`);
  }],
  [/^(\S+) 有未完成的 (\S+)，期限 (\S+)$/, async (world, [person, step, due]) => {
    const of = async () => (await recordOf(world, person)).steps.filter((each) => each.step === step);
    const seen = await settled(world, async () => ((await of()).some((each) => each.due === due) ? true : undefined));
    expect(seen, JSON.stringify(await of()));
  }],
  [/^(\S+) 没有未完成的 (\S+)$/, async (world, [person, step]) => {
    const of = async () => (await recordOf(world, person)).steps.filter((each) => each.step === step);
    expect(await settled(world, async () => ((await of()).length === 0 ? true : undefined)), JSON.stringify(await of()));
  }],
  [/^(\S+) 的 (\S+) 已上报到 (\S+)$/, async (world, [person, step, level]) => {
    const of = async () => (await recordOf(world, person)).steps.find((each) => each.step === step);
    expect(await settled(world, async () => ((await of())?.escalatedTo === level ? true : undefined)), JSON.stringify(await of()));
  }],
  [/^(\S+) 把 (\S+) (上转|下转)到 (\S+)，紧急程度 (\S+)，理由 (\S+)$/, async (world, [doctor, person, way, receiver, urgency, criterion]) => {
    world.referral = await as(world, doctor, 'POST', '/api/referrals', {
      clientKey: `referral-${++world.keys}`, patient: idOf(world, person), direction: way === '上转' ? 'up' : 'down', urgency, type: 'outpatient', criterion, reasonText: '', summary: '',
      receiver: { organization: receiver }, attachments: [], consent: true, send: true,
    });
  }],
  [/^(\S+) (审核通过|接收|到诊|返回结果|下转|接管|结束|拒绝)这次转诊(:?)$/, async (world, [doctor, verb], block) => referralStep(world, doctor, verb, block)],
  [/^转诊的状态是 (\S+)$/, async (world, [state]) => expect(world.referral.state === state, `状态是 ${world.referral.state}`)],
  [/^(\S+) 请 (\S+) 为 (\S+?)(?: 的 (\S+))? 会诊:$/, async (world, [doctor, invited, person, step], block) => {
    const organizations = invited.split('、');
    const about = step ? await settled(world, async () => (await recordOf(world, person)).steps.find((each) => each.step === step)) : undefined;
    world.consultation = await as(world, doctor, 'POST', '/api/consultations', {
      clientKey: `consultation-${++world.keys}`, patient: idOf(world, person), kind: 'written', mode: organizations.length > 1 ? 'mdt' : 'single', urgency: 'urgent', question: block.join('\n'),
      invited: organizations.map((organization) => ({ organization })), attachments: [], ...(about ? { about: `Task/${about.task}` } : {}),
    });
  }],
  [/^(\S+) 给出会诊意见:$/, async (world, [doctor], block) => consultationStep(world, doctor, 'opine', { opinion: { diagnosis: '', advice: block.join('\n'), transfer: false } })],
  [/^(\S+) 写下会诊结论:$/, async (world, [doctor], block) => consultationStep(world, doctor, 'conclude', { text: block.join('\n') })],
  [/^(\S+) (看得到|看不到) (\S+) 的病历$/, async (world, [doctor, sees, person]) => {
    const { status } = await callAs(world, doctor, 'GET', `/api/patients/${idOf(world, person)}`);
    expect(status === (sees === '看得到' ? 200 : 404), `答复是 ${status}`);
  }],
  [/^(\S+) 有通知 (\S+)$/, async (world, [doctor, kind]) => {
    const of = async () => (await as(world, doctor, 'GET', '/api/inbox')).notices.map((each) => each.kind);
    expect(await settled(world, async () => ((await of()).includes(kind) ? true : undefined)), JSON.stringify(await of()));
  }],
  [/^(\S+) 看到指标 (\S+) 在 (\S+) 是 (\S+) \/ (\S+)$/, async (world, [name, id, period, numerator, denominator]) => {
    const of = async () => (await as(world, name, 'GET', `/api/measures/${id}?period=${period}`)).rows[0];
    const fits = (row) => Number(row?.numerator) === Number(numerator) && Number(row?.denominator) === Number(denominator);
    expect(await settled(world, async () => (fits(await of()) ? true : undefined)), JSON.stringify(await of()));
  }],
];
