// Every number opens: on the pages of the county each number of a measure is a link to what it was counted from, or it stands in the
// list below with the reason why it is none. A reason that nothing needs any more is told, too.
import { must, same, words } from './support.mjs';

// where: a selector; label: the title of its column or its line. seldom: not in every county.
const exceptions = [
  { where: 'h1, h2, h3, thead, th[scope=row], dt, summary, button, label, option', why: 'a name, a period, or how much there is to unfold' },
  { where: '.only-read, figcaption, .panel-note, .panel-head, .hint, .notes, .notes-many', why: 'a sentence; each of its numbers stands beside it and opens there' },
  { where: '.under, .toward, .before-after > div > .faint:first-child', why: 'the name or the period of what stands beside it' },
  { where: '.card-facts .faint, [class*="tone-"]:not(:has(a))', why: 'the difference of two numbers that both open beside it' },
  { label: 'common.change', why: 'the difference of two numbers that both open beside it' },
  { label: 'gaps.short', why: 'the difference of the latest value, which opens, and the target' },
  { label: 'common.target', why: 'set by the pack, not counted' },
  { label: 'action.expected', why: 'promised, not counted', seldom: true },
  { where: '.before-after > div:nth-of-type(n+3)', why: 'the change, and what was promised: neither is counted' },
  { where: '.intervals', why: 'an estimate from before and after, which both open above it' },
  { where: '.comparison .table-frame', why: 'the estimates of the picture, and the changes of others, of which the server tells no more', seldom: true },
  { label: 'gaps.actions', why: 'actions, which are no cases: they stand on the page of the gap' },
  { label: 'gaps.opened', why: 'a day' },
  { label: 'gaps.closed', why: 'a day', seldom: true },
  { label: 'action.due', why: 'a day' },
  { label: 'action.started', why: 'a day' },
  { label: 'action.finished', why: 'a day', seldom: true },
  { label: 'action.note', why: 'words', seldom: true },
  { label: 'action.owner', why: 'words', seldom: true },
  { where: '.action-card > p, .history, .verdict, .comparison-of, .frozen, .crumb, .table-cut, .chart-tools', why: 'words, days and editions' },
  { label: 'gaps.ownCases', why: 'of one disease or technique of a list: the server lists the cases of all of them together', seldom: true },
  { label: 'gaps.minimum', why: 'set by the list, not counted', seldom: true },
  { label: 'gaps.countyCases', why: 'of one disease or technique of a list: the server lists the cases of all of them together', seldom: true },
  { label: 'gaps.leavingCases', why: 'of one disease or technique of a list: the server lists the cases of all of them together', seldom: true },
  { rest: true, why: 'what no disease group holds: the server cannot be asked for that alone', seldom: true },
  { where: '.side-sheet-title, .side-sheet p', why: 'a sentence; each of its numbers stands in the table of the page and opens there', seldom: true },
];

// In the page: each piece of text with a figure in it that is seen, and whether it opens.
function look({ root, list, restName }) {
  const found = { open: 0, closed: [], used: [] };
  const walker = document.createTreeWalker(document.querySelector(root), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const at = node.parentElement;
    if (!/\d/.test(text) || at.closest('script, style') || (at.getClientRects().length === 0 && !at.closest('svg'))) continue;
    const link = at.closest('a[href]');
    if (link) {
      found.open++;
      continue;
    }
    // Nothing was counted: there is nothing to open.
    if (/^[¥−+]?0(\.0+)?( ?[^\d]*)?$/.test(text)) continue;
    const label = (at.closest('td')?.dataset.label ?? at.closest('dl > div')?.querySelector('dt')?.firstChild?.textContent ?? '').trim();
    const row = at.closest('tr')?.querySelector('th')?.textContent ?? '';
    const reason = list.findIndex((each) => (each.where ? at.closest(each.where) : each.rest ? row === restName : each.label === label));
    if (reason >= 0) found.used.push(reason);
    else found.closed.push(`${label || row || at.className || at.tagName}: ${text.slice(0, 40)}`);
  }
  return found;
}

async function places(world, page) {
  const { body: { gaps } } = await world.api(page, '/api/gaps?closed=0');
  const details = await Promise.all(gaps.slice(0, 12).map((gap) => world.api(page, `/api/gaps/${encodeURIComponent(gap.id)}`)));
  const gap = details.map((each) => each.body).sort((a, b) => Number(b.comparison !== null) - Number(a.comparison !== null) || b.actions.length - a.actions.length)[0];
  const { body: { measures } } = await world.api(page, '/api/measures');
  const { body: leak } = await world.api(page, `/api/leak?period=${(await world.api(page, '/api/county')).body.latestYear}&care=inpatient`);
  const group = leak.rows.find((row) => row.diseaseGroup && row.diseaseGroup !== 'other').diseaseGroup;
  const chosen = ['county', 'hospital'].map((subject) => measures.find((each) => each.subject === subject && each.kind === 'ratio')?.id)
    .concat(measures.find((each) => each.kind === 'growth')?.id).filter(Boolean);
  return { overview: '/', measures: '/measures', sheet: `/measures?m=${chosen.join(',')}`, leak: '/leak', group: `/leak?group=${encodeURIComponent(group)}`, gaps: '/gaps', gap: `/gaps/${encodeURIComponent(gap.id)}` };
}

export const tests = [
  {
    name: 'each number of a measure opens, or it is said why not',
    run: async (world) => {
      const used = new Set();
      for (const language of ['zh', 'en']) {
        const list = exceptions.map((each) => (each.label ? { label: words(language, each.label) } : each));
        const page = await world.signedIn(world.user, { language });
        await world.go(page, '/');
        for (const [name, path] of Object.entries(await places(world, page))) {
          await world.go(page, path);
          if (name === 'group') await page.waitForSelector('.side-sheet tbody');
          const root = name === 'group' ? '.side-sheet' : 'main';
          const check = async (what) => {
            const found = await page.evaluate(look, { root, list, restName: words(language, 'common.other') });
            found.used.forEach((each) => used.add(each));
            same(found.closed.join(' | '), '', `${what} ${language}: numbers that do not open`);
            must(found.open >= 3, `${what} ${language}: there are numbers that open`);
          };
          await page.evaluate(() => document.querySelectorAll('main details:not([open])').forEach((each) => each.setAttribute('open', '')));
          await check(name);
          // Each picture as a table, too.
          const asTable = page.locator(root).getByRole('button', { name: words(language, 'chart.asTable') });
          for (let left = await asTable.count(); left > 0; left--) await asTable.first().click();
          await world.settle(page);
          await check(`${name}, as tables`);
        }
      }
      if (world.isMock) same(exceptions.filter((each, index) => !each.seldom && !used.has(index)).map((each) => each.where ?? each.label).join(' | '), '', 'exceptions that nothing needs');
    },
  },
  {
    name: 'a growth, a previous value, a part, an amount: each opens to its cases',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      const opens = async (path, find, wanted) => {
        await world.go(page, path);
        const link = find();
        must((await link.count()) > 0, `${path}: ${wanted} is a link`);
        const asked = new URLSearchParams(new URL(await link.first().getAttribute('href'), world.url).searchParams.get('cases'));
        await link.first().click();
        await page.locator('.list-count').waitFor();
        await world.settle(page);
        return asked;
      };
      await world.go(page, '/');
      const { body: county } = await world.api(page, '/api/county');
      const { body: { measures } } = await world.api(page, '/api/measures');
      const before = String(Number(county.latestYear) - 1);
      const growth = measures.find((each) => each.kind === 'growth');
      const rowOf = (name) => page.locator('main tbody tr').filter({ has: page.getByRole('link', { name, exact: true }) });
      if (growth) {
        const asked = await opens('/measures', () => rowOf(growth.name.zh).locator('td').first().locator('a'), 'the growth');
        same(asked.get('measure'), growth.id, 'the growth is asked for');
        const base = await opens('/measures', () => rowOf(growth.name.zh).locator('td').nth(1).locator('a').last(), 'what it stands on');
        same(base.get('period'), before, 'a year before');
      }
      same((await opens('/', () => page.locator('.card-facts > div:nth-child(2) a'), 'the previous value')).get('period'), before, 'of the year before');
      same((await opens('/leak', () => page.locator('.figures > div').last().locator('a'), 'the change of the leak')).get('period'), before, 'against the year before');
      const flow = await opens('/', () => page.locator('.card-parts a').first(), 'the numerator');
      same(flow.get('judgement'), 'met', 'those in the numerator');
    },
  },
  {
    name: 'who may not see cases sees the same numbers plain',
    needs: (world) => (world.logins.has('viewer') ? '' : 'no login for viewer'),
    run: async (world) => {
      const page = await world.signedIn('viewer');
      for (const path of ['/', '/measures', '/leak']) {
        await world.go(page, path);
        const asTable = page.locator('main').getByRole('button', { name: words('zh', 'chart.asTable') });
        for (let left = await asTable.count(); left > 0; left--) await asTable.first().click();
        same(await page.locator('main a[href*="cases="]').count(), 0, `${path}: no number is a link`);
        await world.check(page, `${path} of a viewer`);
      }
    },
  },
];
