// Plays tests/scenarios/*.scn against the real program and counts them.   node tools/run_scenarios.mjs BUILD [FILE…]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { play } from './scenario_steps.mjs';
import { makeWorld } from './scenario_world.mjs';

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

let passed = 0, failed = 0;
for (const file of files) {
  const world = makeWorld(build);
  let line;
  try {
    for (line of parse(file)) {
      await play(world, line.text, line.block);
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
