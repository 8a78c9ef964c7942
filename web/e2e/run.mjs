// Runs the browser tests one after another and ends with one line. Against a real server:
//   QIANXIAN_URL=http://127.0.0.1:8080 QIANXIAN_LOGINS=DIR/demo-logins.txt npm run e2e        (lines "USER PASSWORD …")
//   QIANXIAN_URL=… QIANXIAN_USER=director QIANXIAN_PASSWORD=… npm run e2e
// Without QIANXIAN_URL: against the stand-in server of this folder and the page in dist/.
//   QIANXIAN_SCREENSHOTS=FOLDER   keeps a picture of each page        QIANXIAN_ONLY=words   runs the tests with these words
//   QIANXIAN_FILES=7,8            runs the files that begin so        QIANXIAN_AGAIN=1      a failed test gets a second try; that it needed it is said
import { readFileSync, readdirSync } from 'node:fs';
import { startMock } from './mock-server.mjs';
import { Failure, startBrowser, World } from './support.mjs';

const only = process.env.QIANXIAN_ONLY ?? '';
const files = (process.env.QIANXIAN_FILES ?? '').split(',');
const tries = process.env.QIANXIAN_AGAIN ? 2 : 1;

function readLogins() {
  const logins = new Map();
  if (process.env.QIANXIAN_LOGINS) {
    for (const line of readFileSync(process.env.QIANXIAN_LOGINS, 'utf8').split('\n')) {
      const [user, password] = line.trim().split(/\s+/);
      if (user && password && !user.startsWith('#')) logins.set(user, password);
    }
  }
  if (process.env.QIANXIAN_USER) logins.set(process.env.QIANXIAN_USER, process.env.QIANXIAN_PASSWORD ?? '');
  return logins;
}

async function main() {
  const mock = process.env.QIANXIAN_URL ? null : await startMock();
  const url = (process.env.QIANXIAN_URL ?? mock.url).replace(/\/$/, '');
  const logins = mock ? new Map(['director', 'manager', 'viewer', 'admin', 'village', 'township', 'specialist'].map((user) => [user, 'one-time-1'])) : readLogins();
  const main_ = process.env.QIANXIAN_USER ?? (logins.has('director') ? 'director' : [...logins.keys()][0]);
  console.log(`browser tests against ${url}${mock ? ' (stand-in server)' : ''} as ${main_}`);
  const world = new World({ url, browser: await startBrowser(), logins, isMock: Boolean(mock) });
  world.user = main_;
  const names = readdirSync(new URL('.', import.meta.url))
    .filter((name) => name.endsWith('.spec.mjs') && files.some((begin) => name.startsWith(begin))).sort();
  const counts = { passed: 0, failed: 0, skipped: 0, unsteady: 0 };
  for (const file of names) {
    const { tests } = await import(`./${file}`);
    for (const test of tests) {
      const title = `${file.replace('.spec.mjs', '')}: ${test.name}`;
      if (title.includes(only)) counts[await runOne(world, title, test)]++;
    }
  }
  await world.browser.close();
  mock?.close();
  if (counts.unsteady) console.log(`${counts.unsteady} passed only at the second try: look at the lines UNSTEADY`);
  counts.passed += counts.unsteady;
  console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}`);
  process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);
}

async function runOne(world, title, { run, needs }) {
  const missing = needs?.(world);
  if (missing) {
    console.log(`SKIPPED ${title}: ${missing}`);
    return 'skipped';
  }
  for (let attempt = 1; ; attempt++) {
    // A browser that died takes one test with it, not all.
    if (!world.browser.isConnected()) world.browser = await startBrowser();
    const started = Date.now();
    try {
      await run(world);
      console.log(`ok      ${title} (${Date.now() - started} ms)`);
      return attempt === 1 ? 'passed' : 'unsteady';
    } catch (problem) {
      const again = attempt < tries;
      console.log(`${again ? 'UNSTEADY' : 'FAILED '} ${title}\n        ${problem instanceof Failure ? problem.message : problem.stack ?? problem}`);
      await keepPicture(world, title);
      if (!again) return 'failed';
    } finally {
      await world.closeAll();
    }
  }
}

async function keepPicture(world, title) {
  const context = world.contexts[world.contexts.length - 1];
  const page = context?.pages()[0];
  if (page) await world.shot(page, `failed-${title.replace(/[^a-z0-9]+/gi, '-')}`, { full: false }).catch(() => undefined);
}

await main();
