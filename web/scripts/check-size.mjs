// The budget of the first view: every script that the overview needs until it is usable, compressed, must stay below it. The
// demand is 350 kB; what has been won is kept.
// Reads the build's manifest, so nothing is forgotten: the entry with the overview, what it imports, the languages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const budget = 200 * 1000;
const dist = new URL('../dist/', import.meta.url).pathname;
let manifest;
try {
  manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
} catch {
  console.error('There is no build in dist/: run "npm run build" first.');
  process.exit(1);
}

const needed = new Set();
function need(name) {
  const entry = manifest[name];
  if (!entry) {
    console.error(`The build has no ${name}.`);
    process.exit(1);
  }
  if (needed.has(entry.file)) return;
  needed.add(entry.file);
  for (const other of entry.imports ?? []) need(other);
}

need('index.html');
const english = manifest['src/i18n/en.json?first'].file;

const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
let total = 0;
for (const file of [...needed].filter((each) => each.endsWith('.js')).sort((a, b) => size(b) - size(a))) {
  total += size(file);
  console.log(`${kilobytes(size(file))}  ${file}`);
}
// Chinese comes with the entry; who reads English loads one file more.
total += size(english);
console.log(`${kilobytes(size(english))}  ${english}`);
console.log(`${kilobytes(total)}  first view, gzip (budget ${budget / 1000} kB)`);
if ([...needed].some((file) => /echarts/.test(file))) {
  console.error('The chart library has got into the first view.');
  process.exit(1);
}
if (total > budget) {
  console.error(`The first view is ${((total - budget) / 1000).toFixed(1)} kB over its budget.`);
  process.exit(1);
}
