// Plays tests/scenarios/*.scn against the real program and counts them.   node tools/run_scenarios.mjs BUILD [FILE…]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { steps } from './scenario_steps.mjs';
import { run } from './scenario_world.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [build, ...given] = process.argv.slice(2);
const folder = path.join(root, 'tests/scenarios');
const files = given.length ? given : fs.readdirSync(folder).filter((f) => f.endsWith('.scn')).sort().map((f) => path.join(folder, f));

function parse(file) {
  const lines = [];
  fs.readFileSync(file, 'utf8').split('\n').forEach((text, i) => {
    if (/^\s*(#|$)|^场景/.test(text)) return;
    if (/^\s/.test(text)) { lines[lines.length - 1].block.push(text.trim()); return; }
    const m = /^(假设|当|那么|并且) (.*)$/.exec(text);
    if (!m) throw new Error(`${path.basename(file)}:${i + 1}: begins with none of 假设 当 那么 并且: ${text}`);
    lines.push({ number: i + 1, text: m[2].trim(), block: [] });
  });
  return lines;
}

function makeWorld() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qianxian-scenario-'));
  const world = { program: path.join(build, 'qianxian'), folder, data: path.join(folder, 'data'), organizations: [], settlements: [], files: 0 };
  world.start = (more = []) => new Promise((resolve, reject) => {
    world.server = spawn(world.program, ['serve', '--data', world.data, '--port', '0', ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const listen = async (chunk) => {
      said += chunk;
      const m = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (!m || world.url) return;
      world.url = m[0];
      const token = await run(world, ['token', '--data', world.data, '--user', 'admin']);
      world.token = token.stdout.trim();
      token.code === 0 ? resolve() : reject(new Error(`token: ${token.stderr}`));
    };
    world.server.stdout.on('data', listen);
    world.server.stderr.on('data', listen);
    world.server.on('exit', (code) => { if (!world.url) reject(new Error(`the server stopped (${code}): ${said}`)); });
  });
  world.stop = () => new Promise((resolve) => {
    const done = () => { fs.rmSync(folder, { recursive: true, force: true }); resolve(); };
    if (!world.server || world.server.exitCode !== null) return done();
    world.server.on('exit', done);
    world.server.kill('SIGTERM');
  });
  return world;
}

let passed = 0, failed = 0;
for (const file of files) {
  const world = makeWorld();
  let line;
  try {
    for (line of parse(file)) {
      const found = steps.map(([pattern, act]) => [pattern.exec(line.text), act]).find(([m]) => m);
      if (!found) throw new Error('no such sentence (tools/scenario_steps.mjs)');
      await found[1](world, found[0].slice(1), line.block);
    }
    passed++;
    console.log(`ok ${path.basename(file)}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${path.basename(file)}:${line?.number ?? 0} ${line?.text ?? ''}\n  ${error.message}`);
  }
  await world.stop();
}
console.log(`scenarios: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
