// What golden stores stand on: the program called and served, a person signed in at the page, an archive packed and unpacked.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from './scenario_world.mjs';

export const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '..');
export const folder = path.join(root, 'tests/golden');
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// The numbers of the layouts, where the program itself says them.
export function layouts() {
  const number = (file, pattern) => {
    const found = pattern.exec(fs.readFileSync(path.join(root, file), 'utf8'));
    expect(found, `${file} no longer says its number as ${pattern}`);
    return found[1];
  };
  const record = number('src/store/sqlite/schema.h', /\bkFormat = (\d+)/);
  const index = number('src/store/sqlite/schema.h', /\bkIndexLayout = (\d+)/);
  const warehouse = number('src/warehouse/state.h', /\bkFormat\[\] = "(\d+)"/);
  return `record-${record}-index-${index}-warehouse-${warehouse}`;
}

// Names and order are fixed, and owner and time are no one's.
export function pack(from, archive) {
  const level = 'zstd -19 --ultra --long=27 -T1';
  execFileSync('tar', ['-C', from, '--sort=name', '--mtime=2026-01-01T00:00:00Z', '--owner=0', '--group=0', '--numeric-owner', '-I', level, '-cf', archive, '.']);
}
export function unpack(archive, to) {
  fs.mkdirSync(to, { recursive: true });
  execFileSync('tar', ['-C', to, '--no-same-owner', '-I', 'zstd -d --long=27', '-xf', archive]);
}

// Every file below a folder with its hash: what a refused folder must not change.
export function fingerprint(of) {
  return fs.readdirSync(of, { withFileTypes: true }).map((entry) => {
    const file = path.join(of, entry.name);
    return entry.isDirectory() ? `${file}/\n${fingerprint(file)}` : `${file} ${sha256(fs.readFileSync(file))}`;
  }).sort().join('\n');
}

// The file record.db asked or altered behind the program's back, as another release would have left it.
export function sqlite(file, statements) {
  const script = 'import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nfor s in sys.argv[2:]:\n  rows = c.execute(s).fetchall()\nprint(rows[0][0] if rows else "")\nc.close()';
  return execFileSync('python3', ['-c', script, file, ...statements], { encoding: 'utf8' }).trim();
}

// A running server. `said` is all that it logged; `until` waits for a text of it.
export function serve(program, data, more = []) {
  const child = spawn(program, ['serve', '--data', data, '--port', '0', ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  const server = { said: '', url: '' };
  const waiting = new Set();
  const look = () => { for (const each of waiting) each(); };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { server.said += chunk; look(); });
  child.on('exit', (code) => { server.ended = code ?? -1; look(); });
  server.until = (pattern, seconds = 60) => new Promise((resolve, reject) => {
    const done = (act) => { clearTimeout(clock); waiting.delete(check); act(); };
    const check = () => {
      if (pattern.test(server.said)) done(() => resolve(pattern.exec(server.said)));
      else if (server.ended !== undefined) done(() => reject(new Error(`the server ended (${server.ended}): ${server.said.slice(-600)}`)));
    };
    const clock = setTimeout(() => done(() => reject(new Error(`the server did not say ${pattern}: ${server.said.slice(-600)}`))), seconds * 1000);
    waiting.add(check);
    check();
  });
  server.stop = () => new Promise((resolve) => {
    if (server.ended !== undefined) return resolve(server.ended);
    child.on('exit', (code) => resolve(code ?? -1));
    child.kill('SIGTERM');
  });
  return server.until(/http:\/\/127\.0\.0\.1:\d+/).then((found) => Object.assign(server, { url: found[0] }), async (error) => { await server.stop(); throw error; });
}

// Waits, at most a minute, until `ready` gives something.
export async function until(what, ready) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await ready();
    if (found) return found;
    expect(Date.now() < end, `in a minute there was no ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// Six digits of an authenticator (RFC 6238) at a time.
export function codeAt(secret, time) {
  const bits = [...secret].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0')).join('');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const mac = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// Who sees people masked at the page reads and writes records with a token, as a program of the county does.
const masked = ['admin', 'director', 'insurance', 'manager'];

// Somebody at the page: signs in when something is asked for the first time, with a code where there is a second factor.
export class Person {
  constructor(world, user, password, secret = '') { Object.assign(this, { world, user, password, secret, cookie: '' }); }
  async send(method, target, body, headers = {}, tries = 60) {
    if (target.startsWith('/fhir') && masked.includes(this.user) && !headers.Authorization) headers = { ...headers, Authorization: `Bearer ${this.token ??= this.mint()}` };
    const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const answer = await fetch(this.world.server.url + target, {
      method, body: text, redirect: 'manual',
      headers: { 'X-Qianxian': '1', ...(this.cookie ? { Cookie: this.cookie } : {}), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    });
    const all = await answer.text();
    if (answer.status === 429 && tries > 0) {                   // many sign in here at once
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return this.send(method, target, body, headers, tries - 1);
    }
    const kept = answer.headers.get('set-cookie');
    if (kept) this.cookie = kept.split(';')[0];
    return { status: answer.status, text: all, json: all.startsWith('{') ? JSON.parse(all) : null, headers: answer.headers };
  }
  mint() {
    const { program, data, clockFile } = this.world;
    return execFileSync(program, ['token', '--data', data, '--user', this.user, '--hours', '8784', ...(clockFile ? ['--clock-file', clockFile] : [])], { encoding: 'utf8' }).trim();
  }
  async signIn() {
    this.cookie = '';
    const half = await this.send('POST', '/api/session', { user: this.user, password: this.password });
    expect(half.status === 200, `${this.user} cannot sign in: ${half.status} ${half.text}`);
    if (!half.json.needsCode) return;
    const whole = await this.send('POST', '/api/session/code', { code: codeAt(this.secret, Date.parse(this.world.now())) });
    expect(whole.status === 200, `${this.user} cannot sign in with a code: ${whole.status} ${whole.text}`);
  }
  async ask(method, target, body, headers) {
    if (!this.cookie) await this.signIn();
    const answer = await this.send(method, target, body, headers);
    expect(answer.status < 300, `${this.user} ${method} ${target}: ${answer.status} ${answer.text.slice(0, 500)}`);
    return answer.json ?? answer.text;
  }
  get(target) { return this.ask('GET', target); }
  post(target, body, headers) { return this.ask('POST', target, body, headers); }
}
