// House rules as a test. Each rule prints what breaks it, with file and line; the last line counts rules.
//   node tools/tidy.mjs            check        node tools/tidy.mjs --ratchet   lower the ratchet to today's sizes
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { securityMapFaults } from './security_map.mjs';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const ratchetFile = path.join(root, 'tools/ratchet.json');
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  .split('\n').filter((f) => f && fs.existsSync(path.join(root, f)) && fs.statSync(path.join(root, f)).isFile());
const read = (f) => fs.readFileSync(path.join(root, f), 'utf8');
const isCpp = (f) => /\.(cc|h)$/.test(f);
const isTest = (f) => /_for_tests\.h$|_test\.cc$|^tests\/|\.test\.tsx?$|\/e2e\/|\/contract\/|_test_|testing/.test(f);
const source = files.filter((f) => f.startsWith('src/') && isCpp(f));
const linesOf = (f) => read(f).split('\n');

// src/LAYERS
const floors = ['ground', 'meaning', 'record', 'peer', 'numbers', 'joint', 'edge'];
const modules = new Map(), libraries = [];
for (const line of linesOf('src/LAYERS')) {
  let m = /^(\w+) +(\w+) +:(.*)$/.exec(line);
  if (m && floors.includes(m[1])) modules.set(m[2], { floor: floors.indexOf(m[1]), may: m[3].trim().split(/\s+/).filter(Boolean) });
  m = /^library +(\w+) +(.*)$/.exec(line);
  if (m) for (const prefix of m[2].trim().split(/\s+/)) libraries.push({ module: m[1], prefix });
}
const moduleOf = (f) => f.split('/')[1];

const rules = [];
const rule = (name, check) => rules.push({ name, check });
const eachLine = (list, visit) => list.flatMap((f) => linesOf(f).flatMap((text, i) => {
  const found = visit(text, f, i);
  return found ? [`${f}:${i + 1}: ${found}`] : [];
}));

rule('LAYERS: every module has a line and calls only down', () => {
  const bad = [];
  for (const [name, { floor, may }] of modules) {
    for (const other of may) {
      const its = modules.get(other);
      if (!its) bad.push(`src/LAYERS: ${name} names an unknown module ${other}`);
      else if (its.floor > floor) bad.push(`src/LAYERS: ${name} calls up to ${other}`);
      else if (its.floor === floor && floors[floor] === 'peer') bad.push(`src/LAYERS: peers ${name} and ${other} must not see each other`);
    }
  }
  const folders = new Set(source.map(moduleOf));
  for (const folder of folders) if (!modules.has(folder)) bad.push(`src/${folder}: no line in src/LAYERS`);
  const visiting = new Set(), done = new Set();
  const visit = (name) => {
    if (done.has(name)) return;
    if (visiting.has(name)) { bad.push(`src/LAYERS: a circle through ${name}`); return; }
    visiting.add(name); modules.get(name)?.may.forEach(visit); visiting.delete(name); done.add(name);
  };
  for (const name of modules.keys()) visit(name);
  return bad;
});
rule('includes: only what LAYERS allows', () => eachLine(source, (text, f) => {
  const m = /^\s*#include "([a-z_]+)\//.exec(text);
  if (!m) return /^\s*#include "/.test(text) && !/^\s*#include "generated/.test(text) ? `include with the module's folder: ${text.trim()}` : '';
  const own = moduleOf(f);
  if (m[1] === own || modules.get(own)?.may.includes(m[1]) || !modules.has(m[1])) return '';
  return isTest(f) && modules.get(m[1]).floor <= modules.get(own).floor ? '' : `${own} may not include ${m[1]} (src/LAYERS)`;
}));
rule('includes: each third-party library in one module', () => eachLine(source.filter((f) => !isTest(f)), (text, f) => {
  const m = /^\s*#include <([^>]+)>/.exec(text);
  const fits = m ? libraries.filter((l) => m[1].startsWith(l.prefix)) : [];
  const longest = Math.max(0, ...fits.map((l) => l.prefix.length));
  const owners = fits.filter((l) => l.prefix.length === longest).map((l) => l.module);
  return owners.length && !owners.includes(moduleOf(f)) ? `<${m[1]}> belongs in src/${owners.join(', src/')} only` : '';
}));
rule('no clock, id or random source outside base', () => eachLine(source.filter((f) => !isTest(f) && moduleOf(f) !== 'base'), (text) =>
  /system_clock|\bgettimeofday\(|[^\w.>]time\((nullptr|NULL|0)\)|random_device|\bgetrandom\(|\bs?rand\(\)|mt19937|clock_gettime/.test(text.replace(/\/\/.*/, ''))
    ? `pass Clock, Random or ids in: ${text.trim()}` : ''));
rule('no waiting on real time in tests', () => eachLine(files.filter((f) => isTest(f) && isCpp(f)), (text) =>
  /sleep_for|sleep_until|\busleep\(|[^_]\bsleep\(/.test(text.replace(/\/\/.*/, '')) ? text.trim() : ''));
rule('nothing throws across a folder', () => eachLine(source.filter((f) => f.endsWith('.h')), (text) =>
  /\bthrow\b/.test(text.replace(/\/\/.*/, '').replace(/"[^"]*"/g, '')) ? text.trim() : ''));
// Else a name could be shown to whoever sees masked (store/masked.h).
rule('the api shows records by OpenView', () => eachLine(source.filter((f) => /^src\/api\/.*\.cc$/.test(f) && !isTest(f)), (text) =>
  /OpenSnapshot\((?!Self\(\)|program\b|access::SystemCaller\()/.test(text) ? text.trim() : ''));
rule('no half-done work', () => eachLine(files.filter((f) => /^(src|web\/src|packs|tools|tests|bench)\//.test(f) && /\.(cc|h|ts|tsx|mjs|yaml|sql|json)$/.test(f) && f !== 'tools/tidy.mjs'), (text) => {
  const m = /\b(TODO|FIXME|XXX|HACK)\b|not implemented|for now\b/.exec(text);
  return m ? `${m[0]}: ${text.trim().slice(0, 100)}` : '';
}));
rule('no machine path or registry host', () => eachLine(files.filter((f) => /\.(cc|h|ts|tsx|mjs|js|json|md|yaml|yml|sh|cmake|txt|sql|css|html)$|^(run|test|\.npmrc)$/.test(f) && f !== 'tools/tidy.mjs'), (text) => {
  const m = /(^|[\s"'=(])\/(work|farm|home\/\w+|root)\/|"resolved":|registry\.npmjs|deb\.debian\.org/.exec(text);
  return m ? m[0].trim() : '';
}));
rule('medicine lives in packs: no ICD code or disease in C++', () => eachLine(source.filter((f) => !isTest(f)), (text) => {
  const m = /"[A-TV-Z]\d{2}(\.\d[^"]*)?"|[癌瘤]|高血压|糖尿病|卒中|肺炎|冠心病/.exec(text.replace(/\/\/.*/, ''));
  return m ? `${m[0]}` : '';
}));
rule('header first says what it is', () => source.filter((f) => f.endsWith('.h') && !/^\/\//.test(read(f))).map((f) => `${f}:1: starts without a comment`));
rule('every test file is in a target', () => {
  // Named in full, or by its stem in a foreach of the CMakeLists.txt beside it.
  const lists = files.filter((f) => f.endsWith('CMakeLists.txt')).map((f) => [path.dirname(f), read(f)]);
  const named = (f) => lists.some(([folder, text]) => text.includes(path.basename(f)) ||
    (folder === path.dirname(f) && text.includes('_test.cc') && new RegExp(`\\b${path.basename(f, '_test.cc')}\\b`).test(text)));
  return files.filter((f) => /_test\.cc$/.test(f) && !named(f)).map((f) => `${f}: in no CMakeLists.txt`);
});

const limits = { h: 250, cc: 700, ts: 700, tsx: 700 };
const sizes = {};
for (const f of files.filter((x) => /^(src|web\/src)\//.test(x) && !isTest(x))) {
  const limit = limits[f.split('.').pop()];
  if (!limit) continue;
  const n = linesOf(f).length;
  if (n > limit) sizes[f] = n;
}
if (process.argv.includes('--ratchet')) fs.writeFileSync(ratchetFile, JSON.stringify(sizes, null, 2) + '\n');
const ratchet = fs.existsSync(ratchetFile) ? JSON.parse(fs.readFileSync(ratchetFile, 'utf8')) : {};
rule('sizes: header < 250, source < 700 lines (ratchet)', () => [
  ...Object.entries(sizes).filter(([f, n]) => n > (ratchet[f] ?? 0)).map(([f, n]) => `${f}: ${n} lines${ratchet[f] ? `, was ${ratchet[f]}` : ''}`),
  ...Object.keys(ratchet).filter((f) => !(f in sizes)).map((f) => `tools/ratchet.json: ${f} is short again: run node tools/tidy.mjs --ratchet`),
]);
rule('docs/security-map.md: every file and test that it names is there', () => securityMapFaults(read('docs/security-map.md'), files, read));
rule('README names the two commands', () => ['./run', './test'].filter((c) => !files.includes('README.md') || !read('README.md').includes(c)).map((c) => `README.md does not name ${c}`));

let failed = 0;
for (const { name, check } of rules) {
  const bad = check();
  if (!bad.length) continue;
  failed++;
  console.log(`BROKEN ${name}`);
  for (const line of bad.slice(0, 15)) console.log('  ' + line);
  if (bad.length > 15) console.log(`  … and ${bad.length - 15} more`);
}
console.log(`tidy: ${rules.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
