// What the sentences of scenarios stand on: the program called, its API asked, a file imported, an answer waited for.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export function run(world, args) {
  return new Promise((resolve) => {
    execFile(world.program, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code ?? 1 : 0, stdout, stderr });
    });
  });
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

export async function api(world, method, target, body) {
  const answer = await fetch(world.url + target, {
    method,
    headers: { Authorization: `Bearer ${world.token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  expect(answer.ok, `${method} ${target}: ${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

export async function importFile(world, kind, file, more = []) {
  const report = path.join(world.folder, `report-${++world.files}.csv`);
  const result = await run(world, ['import', kind, file, '--data', world.data, '--report', report, '--format', 'json', ...more]);
  expect(result.code === 0, `import ended with ${result.code}: ${result.stderr}`);
  world.imported = JSON.parse(result.stdout.trim().split('\n').pop());
  world.report = fs.existsSync(report) ? fs.readFileSync(report, 'utf8').replace(/^\uFEFF/, '').trim().split('\n').slice(1) : [];
  world.lastFile = file;
}

// The server follows the feed by itself; wait until the gaps stand where the record stands, at most a minute.
export async function settled(world, ready) {
  const until = Date.now() + 60000;
  let last;
  while (Date.now() < until) {
    last = await ready();
    if (last) return last;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return last;
}

// An empty county in a temporary folder, with the program of that build. `start` serves it, `stop` ends it and takes the folder away.
export function makeWorld(build) {
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
