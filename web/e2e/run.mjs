// Runs the browser tests one after another and ends with one line. Against a real server:
//   QIANXIAN_URL=http://127.0.0.1:8080 QIANXIAN_LOGINS=DIR/demo-logins.txt npm run e2e        (lines "USER PASSWORD …")
//   QIANXIAN_URL=… QIANXIAN_USER=director QIANXIAN_PASSWORD=… npm run e2e
// Without QIANXIAN_URL: against the stand-in server of this folder and the page in dist/.
//   QIANXIAN_SCREENSHOTS=FOLDER   keeps a picture of each page        QIANXIAN_ONLY=words   runs the tests with these words
import { readFileSync, readdirSync } from 'node:fs';
import { startMock } from './mock-server.mjs';
import { Failure, startBrowser, World } from './support.mjs';

const only = process.env.QIANXIAN_ONLY ?? '';

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
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.spec.mjs')).sort();
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const file of files) {
    const { tests } = await import(`./${file}`);
    for (const { name, run, needs } of tests) {
      const title = `${file.replace('.spec.mjs', '')}: ${name}`;
      if (only && !title.includes(only)) continue;
      const missing = needs?.(world);
      if (missing) {
        skipped++;
        console.log(`SKIPPED ${title}: ${missing}`);
        continue;
      }
      // A browser that died takes one test with it, not all.
      if (!world.browser.isConnected()) world.browser = await startBrowser();
      const started = Date.now();
      try {
        await run(world);
        passed++;
        console.log(`ok      ${title} (${Date.now() - started} ms)`);
      } catch (problem) {
        failed++;
        console.log(`FAILED  ${title}\n        ${problem instanceof Failure ? problem.message : problem.stack ?? problem}`);
        await keepPicture(world, title);
      } finally {
        await world.closeAll();
      }
    }
  }
  await world.browser.close();
  mock?.close();
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}

async function keepPicture(world, title) {
  const context = world.contexts[world.contexts.length - 1];
  const page = context?.pages()[0];
  if (page) await world.shot(page, `failed-${title.replace(/[^a-z0-9]+/gi, '-')}`, { full: false }).catch(() => undefined);
}

await main();
