// Is anybody lost? Walks every pathway of the packs with every answer that its forms allow, and asks after each visit: is there still an
// open visit (a step whose form asks how the person is, or a referral), due within 400 days, or has he left by an exit that has a name?
//   node tools/walk_pathways.mjs BUILD [PACKS] [PATHWAY…]
// The walks are cases of pathways (docs/formats/pathway.md), played by `qianxian pack test`; a few thousand visits take some minutes.
//   steady   one answer is given at every visit, eight times in a row, each on its day, with the next date that the page presets
//   hasty    everything is answered at once, day after day, and no next date is sent
//   late     half a year passes before each visit
//   turning  four calm visits, one with the answer, and then calm ones again
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { api, makeWorld, run } from './scenario_world.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [build, packs = path.join(root, 'packs'), ...only] = process.argv.slice(2);
const visits = { steady: 8, hasty: 4, late: 3, turning: 6 };

// ---- the packs, as the server tells them

const world = makeWorld(build);
await world.start(['--packs', packs]);
const pathways = (await api(world, 'GET', '/api/pathways')).pathways.filter((each) => only.length === 0 || only.includes(each.id));
const forms = new Map();
for (const id of new Set(pathways.flatMap((each) => each.stages.flatMap((stage) => stage.steps.map((step) => step.form))).filter(Boolean))) {
  forms.set(id, (await api(world, 'GET', `/api/forms/${id}`)).form);
}
await world.stop();

// ---- answers

const flat = (items) => items.flatMap((item) => (item.items ? flat(item.items) : [item]));
const numeric = (item) => ['quantity', 'decimal', 'integer'].includes(item.type);
const conditionOf = (one) => (one.item ? { any: [one] } : one);
const comparisons = (form) => [...(form.dangers ?? []), ...(form.next ?? [])].flatMap((each) => [...(each.any ?? []), ...(each.all ?? [])]);

function holdsOne(one, answers) {
  const given = answers[one.item];
  if (given === undefined) return false;
  if (one.equals !== undefined) return [].concat(given).some((each) => String(each) === String(one.equals));
  const value = Number(given);
  if (one.at_least !== undefined) return value >= Number(one.at_least);
  if (one.at_most !== undefined) return value <= Number(one.at_most);
  if (one.above !== undefined) return value > Number(one.above);
  return value < Number(one.below);
}
const holds = (one, answers) => (!one.any || one.any.some((each) => holdsOne(each, answers))) && (!one.all || one.all.every((each) => holdsOne(each, answers)));
const shown = (item, answers) => !item.show_when || holds(conditionOf(item.show_when), answers);
const nextDays = (form, answers) => (form.next ?? []).find((each) => holds(each, answers))?.days;
const calmness = (form, answers) => (form.dangers ?? []).filter((each) => holds(each, answers)).length * -1000 + (nextDays(form, answers) ?? 0);

// What an item may be answered with: every option, both sides of every limit of the form, its bounds.
function valuesOf(form, item) {
  if (item.options) return item.options.map((each) => (item.type === 'choices' ? [each.code] : each.code));
  if (item.type === 'boolean') return ['true', 'false'];
  if (item.type === 'date') return ['+0'];
  if (item.type === 'text') return ['x'];
  if (!numeric(item)) return [];
  const step = item.type === 'integer' ? 1 : 0.1, low = Number(item.minimum ?? 0), high = Number(item.maximum ?? 100);
  const limits = comparisons(form).filter((each) => each.item === item.id && each.equals === undefined)
    .map((each) => Number(each.at_least ?? each.at_most ?? each.above ?? each.below));
  const all = [low, high, Math.round((low + high) / 2), ...limits.flatMap((each) => [each - step, each, each + step])];
  return [...new Set(all.map((each) => Math.round(each * 10) / 10))].filter((each) => each >= low && each <= high);
}

// Only what is asked is answered, as the page sends it.
function asked(form, answers) {
  const out = {};
  for (const item of flat(form.items)) if (answers[item.id] !== undefined && shown(item, out)) out[item.id] = answers[item.id];
  for (const item of flat(form.items)) if (item.required && out[item.id] === undefined && shown(item, out)) out[item.id] = valuesOf(form, item)[0];
  return out;
}

function calm(form) {
  let answers = {};
  for (const item of flat(form.items)) {
    if (!item.required || !shown(item, answers)) continue;
    const best = valuesOf(form, item).map((value) => [calmness(form, { ...answers, [item.id]: value }), value]).reduce((a, b) => (b[0] > a[0] ? b : a));
    answers = { ...answers, [item.id]: best[1] };
  }
  return answers;
}

const variants = [...forms.values()].flatMap((form) => flat(form.items).filter((item) => item.id !== 'next-date').flatMap((item) =>
  valuesOf(form, item).map((value) => ({ form: form.id, name: `${item.id}=${value}`, answers: { [item.id]: value } }))));

function answersFor(form, variant) {
  const base = calm(form), own = variant?.form === form.id ? variant.answers : {};
  const shows = flat(form.items).find((item) => own[item.id] !== undefined)?.show_when;          // what is asked only then
  const needed = shows ? Object.fromEntries([...(conditionOf(shows).any ?? []).slice(0, 1), ...(conditionOf(shows).all ?? [])].map((each) => [each.item, each.equals])) : {};
  return asked(form, { ...base, ...needed, ...own });
}

// ---- walks

const visitSteps = (pathway) => pathway.stages.flatMap((stage) => stage.steps).filter((step) =>
  step.activity === 'referral' || step.activity === 'consultation' || flat(forms.get(step.form)?.items ?? []).some((item) => ['standing', 'next-date', 'status'].includes(item.id)) ||
  pathway.kind === 'tumour' || pathway.kind === 'contract');

const takenOver = { resourceType: 'Task', id: 'referral-1', status: 'in-progress', code: { coding: [{ code: 'referral' }] }, businessStatus: { coding: [{ code: 'taken-over' }] }, lastModified: '2026-03-02T02:00:00Z',
  extension: [{ url: 'https://fhir.qianxian.cn/StructureDefinition/referral-step', extension: [{ url: 'state', valueString: 'sent-down' }] }] };

function startOf(pathway) {
  const events = pathway.kind === 'after-care' ? [{ day: 0, resource: takenOver }] : [];
  return [...events, { day: 0, enrol: 'T001' }];
}

const walks = pathways.flatMap((pathway) => {
  const own = new Set(pathway.stages.flatMap((stage) => stage.steps.map((step) => step.form)));
  return [{ form: '', name: 'calm', answers: {} }, ...variants.filter((each) => own.has(each.form))].flatMap((variant) =>
    Object.keys(visits).map((mode) => ({ pathway, variant, mode, events: startOf(pathway), day: 0, done: 0, alive: true })));
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qianxian-walk-'));
fs.cpSync(packs, path.join(folder, 'packs'), { recursive: true, filter: (from) => path.basename(from) !== 'cases' && path.basename(from) !== 'demo-county' });
fs.mkdirSync(path.join(folder, 'packs/walk/cases/pathways'), { recursive: true });
fs.writeFileSync(path.join(folder, 'packs/walk/pack.yaml'), 'id: walk\ntitle: {zh: 走查, en: Walks}\nedition: "1"\nsources: [{title: {zh: 走查, en: Walks}, reference: "", mark: K}]\n');

// Where each walk stands: every expectation is wrong, so that what is there is told.
async function ask(asking) {
  const cases = asking.map((walk, i) => ({
    name: { zh: `w${i}`, en: `w${i}` }, pathway: walk.pathway.id, patient: { birthDate: '1956-01-01', gender: walk.pathway.id === 'cervix' || walk.pathway.id === 'breast' ? 'female' : 'male' }, events: walk.events,
    expect: [{ open: 999 }, { exit: '?' }, { stage: '?' }, ...walk.pathway.stages.flatMap((stage) => stage.steps.map((step) => ({ step: step.id, due_day: -19999 })))],
  }));
  fs.writeFileSync(path.join(folder, 'packs/walk/cases/pathways/walk.yaml'), cases.map((each) => `- ${JSON.stringify(each)}`).join('\n') + '\n');
  const { stdout, stderr } = await run(world, ['pack', 'test', 'walk', '--packs', path.join(folder, 'packs')]);
  let now;
  for (const line of stdout.split('\n')) {
    const named = /^walk\/pathways\/walk\.yaml [a-z-]+: w(\d+): /.exec(line);
    if (named) now = Object.assign(asking[Number(named[1])], { open: 0, exit: '', steps: [], fault: '', known: true });
    const told = / the (exit|stage) is '([^']*)'/.exec(line), count = /the number of open steps is '(\d+)'/.exec(line);
    const step = /: no step (\S+) \(ready\) as expected; there is: (?!none)(.*)$/.exec(line);
    if (told) now[told[1]] = told[2];
    else if (count) now.open = Number(count[1]);
    else if (step) for (const due of step[2].matchAll(/day (-?\d+)/g)) now.steps.push({ id: step[1], due: Number(due[1]) });
    else if (now && /^ {2}line/.test(line) && !/no step/.test(line)) now.fault = line.trim();
  }
  const unknown = asking.filter((walk) => !walk.known);
  if (unknown.length > 0) throw new Error(`pack test told nothing of ${unknown.length} walks: ${stdout.slice(-500)} ${stderr.slice(-500)}`);
}

let answered = 0, good = 0;
const lost = [];
for (let round = 0; ; ++round) {
  const asking = walks.filter((walk) => walk.alive);
  if (asking.length === 0) break;
  for (const walk of asking) walk.known = false;
  await ask(asking);
  for (const walk of asking) {
    const words = () => `${walk.pathway.id} ${walk.mode} ${walk.variant.form} ${walk.variant.name}: visit ${walk.done}, day ${walk.day}, stage ${walk.stage}`;
    const may = new Set(visitSteps(walk.pathway).map((step) => step.id));
    const open = walk.steps.filter((step) => may.has(step.id));
    walk.alive = false;
    if (walk.fault) { lost.push(`${words()}: ${walk.fault}`); continue; }
    if (walk.exit) {
      if (walk.open > 0) lost.push(`${words()}: left (${walk.exit}) with ${walk.open} open steps`);
      else if (!walk.pathway.exits.some((each) => each.id === walk.exit)) lost.push(`${words()}: left by ${walk.exit}, which has no name`);
      else good++;
      continue;
    }
    if (open.length === 0) { lost.push(`${words()}: no open visit${walk.open ? `, only ${walk.steps.map((step) => step.id).join(', ')}` : ''}`); continue; }
    const first = open.reduce((a, b) => (b.due < a.due ? b : a));
    if (first.due > walk.day + 400) { lost.push(`${words()}: the next visit, ${first.id}, is due on day ${first.due}`); continue; }
    good++;
    if (walk.done >= visits[walk.mode]) continue;
    const withForm = walk.steps.map((step) => ({ ...step, form: walk.pathway.stages.flatMap((stage) => stage.steps).find((each) => each.id === step.id)?.form })).filter((step) => step.form);
    if (withForm.length === 0) continue;
    // The forms in turn, so that those of every step are answered.
    const due = withForm.sort((a, b) => a.due - b.due)[0];
    const calmNow = walk.mode === 'turning' && walk.done !== 3;
    const form = forms.get(due.form), answers = answersFor(form, calmNow ? undefined : walk.variant), days = nextDays(form, answers);
    if (walk.mode !== 'hasty' && days !== undefined && flat(form.items).some((item) => item.id === 'next-date' && shown(item, answers))) answers['next-date'] = `+${days}`;
    walk.day = walk.mode === 'hasty' ? walk.day + 1 : Math.max(walk.day, due.due) + (walk.mode === 'late' ? 180 : 0);
    walk.events.push({ day: walk.day, form: due.form, answers: Object.fromEntries(Object.entries(answers).map(([id, value]) => [id, Array.isArray(value) ? value.map(String) : String(value)])) });
    walk.done++;
    walk.alive = true;
    answered++;
  }
}
fs.rmSync(folder, { recursive: true, force: true });
const told = new Map();
for (const line of lost) {
  const pathway = line.split(' ')[0];
  told.set(pathway, [...(told.get(pathway) ?? []), line]);
}
for (const lines of told.values()) {
  for (const line of lines.slice(0, 12)) console.log(`LOST ${line}`);
  if (lines.length > 12) console.log(`  … and ${lines.length - 12} more in this pathway`);
}
console.log(`${pathways.length} pathways, ${forms.size} forms, ${walks.length} walks, ${answered} visits`);
console.log(`walks: ${good} passed, ${lost.length} failed`);
process.exit(lost.length ? 1 : 0);
