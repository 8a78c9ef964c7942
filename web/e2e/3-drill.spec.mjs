// From a number to its cases to a record; charts to tables and files; period; keyboard.
import { readFileSync } from 'node:fs';
import { must, same, words } from './support.mjs';

const digits = (text) => Number((text ?? '').replace(/[^0-9.]/g, ''));

async function download(page, click) {
  const [file] = await Promise.all([page.waitForEvent('download'), click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

export const tests = [
  {
    name: 'the first number opens to exactly its cases, and a case to its record',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      const card = page.locator('.card').first();
      const denominator = digits(await card.locator('.card-parts a').nth(1).textContent());
      const numerator = digits(await card.locator('.card-parts a').nth(0).textContent());
      await card.locator('.card-value').click();
      await page.locator('.list-count').waitFor();
      await world.settle(page);
      same(digits((await page.locator('.list-count').textContent()).split(/数据|Data/)[0]), denominator, 'all cases of the denominator');
      await page.locator('.side-sheet select').selectOption('met');
      await page.waitForFunction((wanted) => Number(document.querySelector('.list-count')?.firstChild?.textContent?.replace(/[^0-9]/g, '')) === wanted, numerator);
      await page.locator('.side-sheet tbody th a').first().click();
      await page.locator('.side-sheet pre, .side-sheet details').first().waitFor();
      await world.settle(page);
      await page.getByText('ExplanationOfBenefit').first().waitFor();
      await world.check(page, 'a settlement');
      await world.shot(page, 'record-settlement-zh-desktop', { full: false });
      await page.goBack();
      await page.goBack();
      await page.goBack();
      await page.waitForFunction(() => !document.querySelector('.list-count'));
    },
  },
  {
    name: 'a hospital value opens to stays with diagnoses and the patient',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/measures?m=surgical-discharge-share');
      await page.locator('tbody td a').first().click();
      await page.locator('.list-count').waitFor();
      await page.locator('.side-sheet select').selectOption('met');
      await world.settle(page);
      await page.locator('.side-sheet tbody th a').first().click();
      await page.getByRole('heading', { name: words('zh', 'record.person') }).waitFor();
      await page.getByRole('button', { name: words('zh', 'unmask.show') }).click();
      await page.getByLabel(words('zh', 'unmask.reason')).fill('核对费用');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: words('zh', 'unmask.hide') }).waitFor();
      await page.getByRole('heading', { name: words('zh', 'record.diagnoses') }).waitFor();
      await page.getByRole('heading', { name: words('zh', 'record.operations') }).waitFor();
      await world.settle(page);
      await world.check(page, 'a stay');
      await world.shot(page, 'record-stay-zh-desktop', { full: false });
    },
  },
  {
    name: "the county's row of a hospital measure says county, and so does the list of its cases",
    run: async (world) => {
      for (const language of ['zh', 'en']) {
        const page = await world.signedIn(world.user, { language });
        await world.go(page, '/measures?m=surgical-discharge-share');
        const { body: county } = await world.api(page, '/api/county');
        const row = page.locator('tbody tr').filter({ has: page.getByRole('rowheader', { name: words(language, 'measures.wholeCounty', { name: county.name }) }) });
        // The stand-in county has no such row.
        if (world.isMock && (await row.count()) === 0) return;
        await row.locator('td a').first().click();
        await page.locator('.side-sheet .chip').waitFor();
        same((await page.locator('.side-sheet .chip').textContent()).trim(), words(language, 'cases.filter', { name: words(language, 'cases.county'), words: county.name }), 'the chip');
        await world.check(page, `cases of the county ${language}`);
      }
    },
  },
  {
    name: 'a band of the flow and a cell of the leak open to as many cases as they say',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/leak');
      const cell = page.locator('.table-frame tbody tr').first().locator('td').first().locator('a');
      const number = digits(await cell.textContent());
      await cell.click();
      await page.locator('.list-count').waitFor();
      await world.settle(page);
      same(digits((await page.locator('.list-count').textContent()).split(/数据|Data/)[0]), number, 'cases that left');
      await world.go(page, '/');
      const node = page.locator('.flow-node').first();
      const label = await node.locator('text').textContent();
      await node.click();
      await page.locator('.list-count').waitFor();
      await world.settle(page);
      same(digits((await page.locator('.list-count').textContent()).split(/数据|Data/)[0]), digits(/[\d,]+(?= 人次)/.exec(label)[0]), `cases of ${label}`);
    },
  },
  {
    name: 'charts come as table, CSV with byte order mark, and PNG',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      const flow = page.locator('.chart-frame').first();
      const csv = await download(page, () => flow.getByRole('button', { name: 'CSV' }).click());
      same([...csv.bytes.subarray(0, 3)].join(), '239,187,191', 'byte order mark');
      must(csv.bytes.toString('utf8').includes(words('zh', 'common.diseaseGroup')), 'columns are named');
      const png = await download(page, () => flow.getByRole('button', { name: 'PNG' }).click());
      same(png.bytes.subarray(1, 4).toString(), 'PNG', 'a PNG of the flow');
      await flow.getByRole('button', { name: words('zh', 'chart.asTable') }).click();
      await flow.locator('table').waitFor();
      await world.check(page, 'flow as table');
      await world.go(page, '/leak');
      await page.waitForSelector('.chart canvas');
      const bars = await download(page, () => page.locator('.chart-frame').first().getByRole('button', { name: 'PNG' }).click());
      same(bars.bytes.subarray(1, 4).toString(), 'PNG', 'a PNG of the bars');
      must(bars.bytes.length > 5000, 'the picture is not empty');
    },
  },
  {
    name: 'did it work: the intervals as table, CSV and PNG',
    run: async (world) => {
      for (const [language, size] of [['zh', 'desktop'], ['en', 'phone']]) {
        const page = await world.signedIn(world.user, { language, size });
        await world.go(page, '/');
        const { body: { gaps } } = await world.api(page, '/api/gaps?closed=0');
        const details = await Promise.all(gaps.map((gap) => world.api(page, `/api/gaps/${encodeURIComponent(gap.id)}`)));
        const gap = details.map((each) => each.body).find((each) => each.actions.some((action) => action.comparison?.change));
        must(gap, 'there is an action that was looked at');
        await world.go(page, `/gaps/${encodeURIComponent(gap.id)}`);
        const chart = page.locator('.comparison .chart-frame').first();
        const csv = await download(page, () => chart.getByRole('button', { name: 'CSV' }).click());
        same([...csv.bytes.subarray(0, 3)].join(), '239,187,191', 'byte order mark');
        const lines = csv.bytes.toString('utf8').trim().split(/\r?\n/);
        must(lines.length >= 2 && lines[0].includes(words(language, 'comparison.low')) && lines[1].includes(words(language, 'comparison.change')), `the columns and the own change: ${lines[0]} / ${lines[1]}`);
        const png = await download(page, () => chart.getByRole('button', { name: 'PNG' }).click());
        same(png.bytes.subarray(1, 4).toString(), 'PNG', 'a PNG of the intervals');
        must(png.bytes.readUInt32BE(16) === 1520 && png.bytes.length > 8000, 'as wide on a telephone as elsewhere, and not empty');
        await page.waitForFunction(() => !document.querySelector('.interval-taken'));
        await chart.getByRole('button', { name: words(language, 'chart.asTable') }).click();
        await chart.locator('table').getByText(words(language, 'comparison.change')).waitFor();
        await world.check(page, `intervals as table ${language} ${size}`);
        await world.shot(page, `gap-intervals-${language}-${size}`);
      }
    },
  },
  {
    name: 'the readings of a person as picture, table, CSV and PNG (stand-in server)',
    needs: (world) => (world.isMock ? '' : 'only without a real server'),
    run: async (world) => {
      for (const [language, size] of [['zh', 'phone'], ['en', 'desktop']]) {
        const page = await world.signedIn('village', { language, size });
        await world.go(page, '/patients/p2');
        const reading = page.locator('.trend').first();
        await reading.locator('summary').click();
        const rows = await reading.locator('tbody tr').count();
        const csv = await download(page, () => reading.getByRole('button', { name: 'CSV' }).click());
        const lines = csv.bytes.toString('utf8').trim().split(/\r?\n/);
        same([...csv.bytes.subarray(0, 3)].join(), '239,187,191', 'byte order mark');
        same(lines.length, rows + 1, 'as many lines as the table has');
        const png = await download(page, () => reading.getByRole('button', { name: 'PNG' }).click());
        same(png.bytes.subarray(1, 4).toString(), 'PNG', 'a PNG of the readings');
        must(png.bytes.length > 4000, 'the picture is not empty');
        await world.check(page, `readings ${language} ${size}`);
        await world.shot(page, `readings-${language}-${size}`);
      }
    },
  },
  {
    name: 'the period is chosen in one sheet and kept from page to page',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      const { body: county } = await world.api(page, '/api/county');
      const year = county.latestYear;
      await page.locator('.header-end button').first().click();
      await world.check(page, 'period sheet');
      await page.locator('.period-option').filter({ hasText: 'Q1' }).click();
      await world.settle(page);
      must(page.url().includes(`period=${year}Q1`), 'the link carries the period');
      await page.getByRole('link', { name: words('zh', 'nav.leak') }).first().click();
      await page.waitForURL(/leak/);
      must(page.url().includes(`period=${year}Q1`), 'the next page keeps it');
      await world.settle(page);
      await page.locator('h1 .page-period').filter({ hasText: year }).waitFor();
    },
  },
  {
    name: 'by keyboard: skip link, a card, its cases, and back with Escape',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      await page.keyboard.press('Tab');
      same(await page.evaluate(() => document.activeElement.className), 'skip', 'the skip link comes first');
      await page.keyboard.press('Enter');
      for (let step = 0; step < 12; step++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(() => document.activeElement.classList.contains('card-value'))) break;
      }
      must(await page.evaluate(() => document.activeElement.matches('.card-value:focus-visible')), 'a card value is reached and its focus is seen');
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      same(outline, 'solid', 'the focus has an outline');
      await page.keyboard.press('Enter');
      await page.locator('.list-count').waitFor();
      must(await page.evaluate(() => Boolean(document.activeElement.closest('.ant-drawer'))), 'the focus went into the sheet');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => !document.querySelector('.list-count'));
      await page.waitForFunction(() => document.activeElement.classList.contains('card-value'));
    },
  },
];
