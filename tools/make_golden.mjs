// Makes a golden store: a small data folder as this build writes it, with backups, and what must come out of it for ever (tests/golden/README.md).
//
//   node tools/make_golden.mjs [BUILD]        BUILD: the folder of the built program, ./build unless said
//
// Run it before every release, and in the commit that changes the number of a layout (src/store/sqlite/schema.h, src/warehouse/state.h): `./test` fails until there is
// a store of today's numbers. Commit both files. A store that is there is never made again: what old releases wrote is the point of it; the script refuses.
//
// People, files, clock and order are fixed; ids, salts and keys are random, so two runs give other bytes. The passwords and secrets in it open nothing else.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { searches } from './make_golden_records.mjs';
import { play } from './make_golden_story.mjs';
import { goesOn, look, minuteLater, write } from './run_golden_look.mjs';
import { folder, layouts, pack, root, sqlite, unpack } from './run_golden_world.mjs';
import { expect, run } from './scenario_world.mjs';

const measures = ['inpatient-in-county-share 999901 2024', 'inpatient-in-county-share 999901 2025', 'fund-in-county-share 999901 2025', 'fund-primary-share 999901 2025', 'inpatient-cost-per-person 999901 2025',
  'average-length-of-stay H001 2025', 'level-3-4-operation-share H001 2025', 'transfer-up-share H001 2025', 'hypertension-enrolled V001 2026-03', 'referral-result-returned-share H001 2026-03'];

const program = path.join(path.resolve(process.argv[2] ?? path.join(root, 'build')), 'qianxian');
const { stdout: version } = await run({ program }, ['--version']);
const name = `${layouts()}-${new Date().toISOString().slice(0, 10)}`, archive = path.join(folder, `${name}.tar.zst`), expected = path.join(folder, `${name}.expect`);
if (fs.existsSync(archive) || fs.existsSync(expected)) {
  console.error(`${name} is there and is not made again`);
  process.exit(1);
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'qianxian-golden-'));
try {
  const { data, backups, given } = await play(program, work);
  const store = path.join(work, 'store'), record = path.join(data, 'record.db');
  expect(!fs.existsSync(`${record}-wal`), 'the log was not folded into record.db: the server did not stop cleanly');
  fs.mkdirSync(store);
  // Of the backups one is enough: the newest.
  const newest = fs.readdirSync(backups).filter((file) => file.endsWith('.json')).sort().pop().replace('.json', '');
  fs.mkdirSync(path.join(store, 'backups'), { mode: 0o700 });
  for (const end of ['.json', '.qx']) fs.renameSync(path.join(backups, newest + end), path.join(store, 'backups', newest + end));
  fs.renameSync(data, path.join(store, 'data'));
  const moved = path.join(store, 'data', 'record.db');
  given.notes = sqlite(moved, ['SELECT max(number) FROM audit']);
  for (const [what, statement] of [['bodies packed with a dictionary', 'SELECT count(*) FROM stored WHERE dictionary <> 0'], ['seals', 'SELECT count(*) FROM audit_seal'], ['deletions', 'SELECT count(*) FROM stored WHERE deleted = 1']])
    expect(Number(sqlite(moved, [statement])) > 0, `the store has no ${what}`);
  pack(store, archive);

  // Looked at as the runner does it: unpacked elsewhere.
  const opened = path.join(work, 'opened'), clockFile = path.join(work, 'later');
  unpack(archive, opened);
  const [clock] = [minuteLater(given.clock)];
  fs.writeFileSync(clockFile, clock);
  const world = { program, data: path.join(opened, 'data'), clock, now() { return this.clock ?? new Date().toISOString(); } };
  const asked = { given: Object.entries(given).map(([what, value]) => `${what} => ${[value].flat().join(' ')}`), searches: searches.map((one) => `${one} => `), measures: measures.map((one) => `${one} => `) };
  const sections = await look(world, asked, clockFile);
  sections.afterwards = await goesOn(world, asked, [['settlements', path.join(folder, 'later-settlements.csv')], ['fhir', path.join(folder, 'later-records.ndjson')]]);
  fs.writeFileSync(expected, `# What must come out of ${name}.tar.zst in every later build. Made by tools/make_golden.mjs with ${version.trim()}; what may be changed here: README.md.\n\n${write(sections)}`);
  console.log(`${path.relative(root, archive)}: ${fs.statSync(archive).size} bytes`);
} catch (error) {
  for (const file of [archive, expected]) fs.rmSync(file, { force: true });
  console.error(error.message);
  process.exitCode = 1;
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
