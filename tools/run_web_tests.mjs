// Runs the web page's unit tests (Vitest) and counts them; then the type check and the size budget of the first view.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
const web = process.argv[2];
const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'qianxian-')), 'vitest.json');
const run = (name, args) => spawnSync(name, args, { cwd: web, stdio: 'inherit' }).status ?? 1;
let failed = 0, passed = 0;
const status = run('npx', ['--no-install', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
if (fs.existsSync(report)) {
  const result = JSON.parse(fs.readFileSync(report, 'utf8'));
  passed += result.numPassedTests; failed += result.numFailedTests;
}
if (status !== 0 && failed === 0) failed = 1;
for (const script of ['typecheck', 'size']) {
  if (run('npm', ['run', '--silent', script]) === 0) passed++; else { failed++; console.log(`npm run ${script} failed`); }
}
console.log(`web: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
