// Opens the store of every released layout (tests/golden) with the program of a build and compares what comes out with what was written down then.
//   node tools/run_golden.mjs BUILD [NAME…]        the last line counts: N passed, N failed
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { check, command, enter, given, goesOn, look, measures, minuteLater, question, read, searches } from './run_golden_look.mjs';
import { fingerprint, folder, layouts, serve, sqlite, unpack } from './run_golden_world.mjs';
import { expect } from './scenario_world.mjs';

const [build, ...names] = process.argv.slice(2);
const program = path.join(path.resolve(build), 'qianxian');
const stores = names.length ? names : fs.readdirSync(folder).filter((file) => file.endsWith('.tar.zst')).sort().map((file) => file.replace('.tar.zst', ''));
const later = [['settlements', path.join(folder, 'later-settlements.csv')], ['fhir', path.join(folder, 'later-records.ndjson')]];

let passed = 0, failed = 0;
async function test(name, work) {
  try {
    await work();
    passed++;
    return true;
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}\n  ${error.message.replaceAll('\n', '\n  ')}`);
    return false;
  }
}

function same(found, wanted) {
  const missing = wanted.filter((line) => !found.includes(line)), extra = found.filter((line) => !wanted.includes(line));
  expect(!missing.length && !extra.length && found.length === wanted.length, [...missing.map((line) => `was    ${line}`), ...extra.map((line) => `now is ${line}`)].slice(0, 12).join('\n') || 'lines stand twice');
}

// A copy of the store as some other release would have left it.
function copyOf(world, name, ...statements) {
  const data = path.join(path.dirname(world.data), name);
  fs.cpSync(world.data, data, { recursive: true });
  sqlite(path.join(data, 'record.db'), statements);
  return { ...world, data };
}

async function newerIsRefused(world) {
  const format = Number(sqlite(path.join(world.data, 'record.db'), ['PRAGMA user_version']));
  const newer = copyOf(world, 'newer', 'PRAGMA journal_mode = DELETE', `PRAGMA user_version = ${format + 1000}`), before = fingerprint(newer.data), copy = path.join(path.dirname(world.data), 'newer.qx');
  const [kind, file] = later[0];
  for (const args of [['check'], ['serve', '--port', '0'], ['measure', '--period', '2025'], ['import', kind, file], ['account', 'list'], ['account', 'add', 'somebody', '--role', 'viewer'], ['token', '--user', 'admin'],
    ['audit', 'list'], ['audit', 'seals'], ['package', 'list'], ['rebuild'], ['demo', '--size', 'tiny'], ['backup', copy]]) {
    const { stderr } = await command(newer, [...args, '--data', newer.data], 2);
    expect(stderr.includes('newer release') && stderr.includes('更新版本'), `${args[0]} does not say that the store is of a newer release: ${stderr}`);
    expect(fingerprint(newer.data) === before, `${args[0]} changed the store that it refused`);
  }
  expect(!fs.existsSync(copy), 'a backup was made of what was refused');
}

async function newerBackupIsRefused(world, backup) {
  const newer = path.join(path.dirname(world.data), 'newer-backup.qx'), into = path.join(path.dirname(world.data), 'not-restored');
  fs.copyFileSync(backup, newer);
  sqlite(newer, ['PRAGMA user_version = 1001']);
  const { stderr } = await command(world, ['restore', newer, '--data', into], 2);
  expect(stderr.includes('newer release') && stderr.includes('更新版本'), stderr);
  expect(!fs.existsSync(path.join(into, 'record.db')), 'something was restored');
}

// Index and warehouse of layouts that this build does not know: they are made again from the record, and nobody sees a difference.
async function derivedIsMadeAgain(world, asked, clockFile) {
  const other = copyOf(world, 'derived', "UPDATE setting SET value = 1 WHERE name = 'index_fingerprint'");
  fs.writeFileSync(path.join(other.data, 'warehouse/warehouse.duckdb'), 'a warehouse of another release');
  other.server = await serve(program, other.data, ['--clock-file', clockFile]);
  try {
    expect(/search index was made by another release/.test(other.server.said), `the index was not made again: ${other.server.said}`);
    enter(other, asked);
    same(await searches(other.who.admin, asked.searches.map(question)), asked.searches);
  } finally {
    await other.server.stop();
  }
  same(await measures(other, asked.measures.map(question)), asked.measures);
  await check(other);
}

async function backupComesBack(world, asked, backups) {
  await command(world, ['drill', '--backup', backups, '--scratch', path.dirname(world.data)]);
  const restored = { ...world, data: path.join(path.dirname(world.data), 'restored') };
  await command(world, ['restore', path.join(backups, fs.readdirSync(backups).find((file) => file.endsWith('.qx'))), '--data', restored.data]);
  await check(restored);
  same(await measures(restored, asked.measures.map(question)), asked.measures);
}

async function open(name) {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'qianxian-golden-')), started = Date.now(), bad = failed;
  try {
    unpack(path.join(folder, `${name}.tar.zst`), work);
    const asked = read(fs.readFileSync(path.join(folder, `${name}.expect`), 'utf8')), clock = minuteLater(given(asked, 'clock')[0]), clockFile = path.join(work, 'clock'), backups = path.join(work, 'backups');
    fs.writeFileSync(clockFile, clock);
    const world = { program, data: path.join(work, 'data'), clock, now() { return this.clock ?? new Date().toISOString(); } };
    await test(`${name}: a store of a newer layout is refused and left as it is`, () => newerIsRefused(world));
    await test(`${name}: a backup of a newer layout is refused`, () => newerBackupIsRefused(world, path.join(backups, fs.readdirSync(backups).find((file) => file.endsWith('.qx')))));
    await test(`${name}: index and warehouse are made again`, () => derivedIsMadeAgain(world, asked, clockFile));
    await test(`${name}: its backup is restored`, () => backupComesBack(world, asked, backups));
    let found = {};
    const opened = await test(`${name}: it is opened, served and in order`, async () => { found = await look(world, asked, clockFile); });
    for (const section of Object.keys(asked).filter((each) => opened && !['given', 'afterwards'].includes(each))) await test(`${name} [${section}]`, async () => same(found[section] ?? [], asked[section]));
    await test(`${name}: seals that were kept elsewhere fit`, () => {
      const kept = path.join(work, 'seals.txt');
      fs.writeFileSync(kept, asked.audit.filter((line) => line.startsWith('seal => ')).map((line) => `${line.slice(8)}\n`).join(''));
      return check(world, ['--seals', kept]);
    });
    await test(`${name} [afterwards]`, async () => same(await goesOn(world, asked, later), asked.afterwards));
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  console.log(`${failed === bad ? 'ok' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

for (const name of stores) await test(`${name}: unpacked`, () => open(name));
if (!names.length) {
  await test('a store of the layouts of today', async () => expect(stores.some((name) => name.startsWith(`${layouts()}-2`)), `tests/golden has no store of ${layouts()}: run node tools/make_golden.mjs and commit what it makes`));
  await test('each archive has its .expect, and the other way round', async () => same(fs.readdirSync(folder).filter((file) => file.endsWith('.expect')).map((file) => file.replace('.expect', '')), stores));
}
console.log(`golden stores: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
