// Speed of the first view, paper, other roles, an empty county.
import { startMock } from './mock-server.mjs';
import { must, same, words } from './support.mjs';

const needsUser = (user) => (world) => (world.logins.has(user) ? '' : `no login for ${user}`);

export const tests = [
  {
    name: 'the first view needs at most 350 kB of script, and its time is told',
    run: async (world) => {
      const times = [];
      let bytes = 0;
      // What else the machine does can only add: the page is as fast as its best view. Three good ones are enough.
      for (let round = 0; round < 12 && times.filter((time) => time < 1000).length < 3; round++) {
        const page = await world.signedIn(world.user);
        const network = await page.context().newCDPSession(page);
        await network.send('Network.enable');
        const scripts = new Set();
        bytes = 0;
        network.on('Network.responseReceived', ({ requestId, type }) => type === 'Script' && scripts.add(requestId));
        network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
          if (scripts.has(requestId)) bytes += encodedDataLength;
        });
        await page.goto(world.url);
        await page.waitForSelector('.card-value');
        await page.waitForSelector('.flow-band, .gap-list');
        times.push(await page.evaluate(() => performance.now()));
        await page.waitForLoadState('networkidle');
        await page.context().close();
      }
      console.log(`        first view: ${times.map((time) => Math.round(time)).join(', ')} ms; script ${(bytes / 1000).toFixed(0)} kB`);
      // The claim of a second is measured on a quiet machine (docs/numbers.md); beside other work only a gross loss is told from noise.
      must(Math.min(...times) < 3000, 'no first view was usable in three seconds');
      must(bytes > 50_000 && bytes <= 350_000, `the first view loads ${bytes} bytes of script`);
    },
  },
  {
    name: 'on paper there is the page and not its tools',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      const { gap } = await (async () => {
        await world.go(page, '/');
        const { body } = await world.api(page, '/api/gaps?closed=0');
        return { gap: body.gaps[0] };
      })();
      const { body: county } = await world.api(page, '/api/county');
      for (const [name, path] of [['overview', '/'], ['measures', '/measures'], ['gap', `/gaps/${encodeURIComponent(gap.id)}`]]) {
        await page.setViewportSize({ width: 1366, height: 768 });
        await world.go(page, path);
        // A4 between its margins is as narrow as a telephone, and yet no telephone.
        await page.setViewportSize({ width: 703, height: 994 });
        await page.emulateMedia({ media: 'print' });
        same(await page.locator('.header').isVisible(), false, `${name}: no header on paper`);
        must(await page.locator('h1').first().isVisible(), `${name}: the title is on paper`);
        must((await page.locator('.print-head').textContent()).includes(county.name) && (await page.locator('.print-head').isVisible()), `${name}: paper says of which county`);
        same(await page.evaluate(() => [...document.querySelectorAll('tbody tr')].filter((row) => getComputedStyle(row).display !== 'table-row').length), 0, `${name}: tables are tables on paper`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        must(wide <= 1, `${name} is ${wide} px wider than the paper`);
        await world.shot(page, `print-${name}-zh`);
        await page.emulateMedia({ media: 'screen' });
      }
    },
  },
  {
    name: 'at a zoom of 200 % nothing is cut off, and no stop of the Tab key hides under the frame',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      const { body: { gaps } } = await world.api(page, '/api/gaps?closed=0');
      for (const path of ['/', '/leak', '/data', `/gaps/${encodeURIComponent(gaps[0].id)}`]) {
        await page.setViewportSize({ width: 683, height: 384 });
        await world.go(page, path);
        await world.check(page, `${path} at 200 %`);
        await page.setViewportSize({ width: 1366, height: 768 });
        for (let step = 0; step < 45; step++) {
          await page.keyboard.press('Tab');
          const fault = await page.evaluate(() => {
            const active = document.activeElement;
            if (!active || active === document.body) return null;
            const box = active.getBoundingClientRect();
            const inside = (value, most) => Math.min(most - 1, Math.max(0, value));
            const above = document.elementFromPoint(inside(box.left + box.width / 2, window.innerWidth), inside(box.top + box.height / 2, window.innerHeight));
            const name = `${active.tagName} “${(active.getAttribute('aria-label') ?? active.textContent).trim().slice(0, 20)}”`;
            if (above?.closest('.top') && !active.closest('.top') && active.className !== 'skip') return `${name} is under the header`;
            const style = getComputedStyle(active.closest('.choice label') ?? active);
            return style.outlineStyle === 'none' || style.outlineWidth === '0px' ? `${name} shows no focus` : null;
          });
          same(fault, null, `${path}, stop ${step + 1}`);
        }
      }
    },
  },
  {
    name: 'somebody of one hospital sees its own: no leak, measures and gaps of its own',
    needs: needsUser('manager'),
    run: async (world) => {
      const page = await world.signedIn('manager');
      await world.go(page, '/');
      same(await page.locator('.navigation a').filter({ hasText: words('zh', 'nav.leak') }).count(), 0, 'no leak in the navigation');
      same(await page.locator('.card').count(), 0, 'no card of the county');
      await world.check(page, 'overview of a hospital');
      await world.shot(page, 'overview-own-zh-desktop');
      await world.go(page, '/measures');
      await page.locator('tbody td a').first().waitFor();
      await world.check(page, 'measures of a hospital');
      await world.go(page, '/leak');
      await page.getByText(words('zh', 'state.forbidden')).waitFor();
      await world.check(page, 'a page that is not theirs');
    },
  },
  {
    name: 'a viewer sees numbers that do not open',
    needs: needsUser('viewer'),
    run: async (world) => {
      const page = await world.signedIn('viewer', { language: 'en' });
      await world.go(page, '/');
      await page.locator('span.card-value').first().waitFor();
      same(await page.locator('a.card-value').count(), 0, 'numbers are no links');
      await world.check(page, 'overview of a viewer');
    },
  },
  {
    name: 'an empty county says what to bring first (stand-in server)',
    needs: (world) => (world.isMock ? '' : 'only without a real server'),
    run: async (world) => {
      const empty = await startMock({ empty: true });
      try {
        for (const language of ['zh', 'en']) {
          const page = await world.page({ language });
          await page.goto(empty.url);
          await page.fill('input[name=username]', 'admin');
          await page.fill('input[name=password]', 'one-time-1');
          await page.click('button[type=submit]');
          await page.getByText(words(language, 'state.nothingYet')).waitFor();
          await world.check(page, `empty ${language}`);
          await world.shot(page, `empty-${language}-desktop`);
          await page.getByRole('link', { name: words(language, 'state.toImport') }).click();
          await page.locator('.drop-zone').waitFor();
          await world.settle(page);
          await world.check(page, `empty data ${language}`);
        }
      } finally {
        empty.close();
      }
    },
  },
];
