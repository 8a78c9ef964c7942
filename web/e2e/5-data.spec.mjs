// Bringing files in: drop, guess, progress, row report, cancel.
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, same, untilAnswer, words } from './support.mjs';

const header = 'USERNAME,YLFKFS,JKKH,ZYCS,BAH,XM,XB,CSRQ,NL,SFZH,RYTJ,RYSJ,RYSJS,CYSJ,CYSJS,SJZYTS,ZYZD,JBDM,RYBQ,LYFS,ZFY,ZFJE,SSJCZBM1,SSJCZRQ1,SSJB1,SSJCZMC1';
const page1 = (hospital, number, out) =>
  `${hospital},1,-,1,E2E${number},测试${number},2,1961-04-12,64,-,2,2025-11-0${number},9,${out},10,4,肺炎,J18.900,1,1,6234.50,812.00,-,-,-,-`;

// content: text (UTF-8) or bytes; several files as [[name, content], …]
async function drop(page, name, content) {
  const files = (Array.isArray(name) ? name : [[name, content]]).map(([fileName, inside]) => [fileName, [...Buffer.from(inside)]]);
  const transfer = await page.evaluateHandle((all) => {
    const data = new DataTransfer();
    for (const [fileName, bytes] of all) data.items.add(new File([new Uint8Array(bytes)], fileName, { type: 'text/csv' }));
    return data;
  }, files);
  for (const event of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('.drop-zone', event, { dataTransfer: transfer });
}

// Rows that the server refuses (no such day): the county's numbers stay as they are.
function writeBigFile(path, rows) {
  const file = openSync(path, 'w');
  writeSync(file, 'setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,begndate,enddate,dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay\n');
  const block = 10_000;
  for (let start = 0; start < rows; start += block) {
    let text = '';
    for (let row = start; row < Math.min(rows, start + block); row++) text += `E2E${row},P${row},1,1960-01-01,390,999901,H1,x,2,999901,21,2025-02-01,2025-02-30,J18.900,x,100.00,60.00,40.00\n`;
    writeSync(file, text);
  }
  closeSync(file);
}

export const tests = [
  {
    name: 'a dropped file is recognised, imported with progress, and its refused row is explained',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/data');
      const { body: county } = await world.api(page, '/api/county');
      const hospital = county.organizations.find((each) => each.kind === 'county-general');
      const name = `e2e-first-pages-${Date.now()}.csv`;
      await drop(page, name, [header, page1(hospital.name, 1, '2025-11-05'), page1(hospital.name, 2, '2025-11-06'), page1(hospital.name, 3, '2025-13-45')].join('\r\n') + '\r\n');
      const item = page.locator('.queue-item').filter({ hasText: name });
      await page.waitForFunction(() => document.querySelector('.queue-item select')?.value === 'first-pages');
      same(await item.locator('select').nth(1).inputValue(), hospital.code, 'the hospital is read from USERNAME');
      await world.check(page, 'a file that waits');
      await world.shot(page, 'import-ready-zh-desktop');
      await item.getByRole('button', { name: words('zh', 'data.start') }).click();
      const row = page.locator('tbody tr').filter({ hasText: name });
      await row.getByText(words('zh', 'importStatus.completed')).waitFor();
      const cells = await row.locator('td').allTextContents();
      const counts = cells.slice(1, 5).map((cell) => Number(cell.replace(/,/g, '')));
      same(counts[0] + counts[1] + counts[2], 2, 'two rows went in (new, or unchanged from an earlier run)');
      same(counts[3], 1, 'one row was refused');
      await row.locator('td').nth(4).locator('a').click();
      const report = page.locator('.side-sheet tbody tr').first();
      await report.waitFor();
      await world.settle(page);
      same((await report.locator('th').textContent()).trim(), '4', 'line of the refused row');
      must((await report.textContent()).includes('CYSJ'), 'column of the refused row');
      must((await report.textContent()).includes('2025-13-45'), 'value of the refused row');
      await world.check(page, 'row report');
      await world.shot(page, 'import-report-zh-desktop', { full: false });
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByText(words('zh', 'data.downloadReport')).click()]);
      const text = readFileSync(await file.path(), 'utf8');
      must(text.startsWith('\uFEFFline,column,value,code,reason_zh,reason_en'), 'the report file has its columns');
    },
  },
  {
    name: 'what is no data file is told before it is sent, whatever it is called',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/data');
      const long = `${'清源县人民医院病案首页导出'.repeat(18)}.xlsx`;
      const organizations = 'code,name,kind,level,region,lead\r\n';
      await drop(page, [
        ['空.csv', ''], ['只有表头.csv', organizations], [long, [0x50, 0x4b, 3, 4, 0, 0]], ['报表.pdf', '%PDF-1.7 …'], ['照片.csv', [0x89, 0x50, 0x4e, 0x47, 0, 1]], ['不认识.csv', '姓名,年龄\r\n张,3\r\n'],
      ]);
      for (const trouble of ['empty', 'noRows', 'excel', 'pdf', 'picture']) await page.locator('.queue-item').getByText(words('zh', `trouble.${trouble}`)).waitFor();
      await page.locator('.queue-item').getByText(words('zh', 'data.notGuessed')).waitFor();
      same(await page.locator('.queue-item').getByRole('button', { name: words('zh', 'data.start') }).count(), 1, 'only the one that may still be something can be started');
      await world.check(page, 'files that are none');
      await world.shot(page, 'import-troubles-zh-desktop');
      for (let left = 6; left > 0; left--) await page.locator('.queue-item').first().getByRole('button', { name: words('zh', 'data.remove') }).click();
      same(await page.locator('.queue-item').count(), 0, 'all are taken away again');
      // A file that misses the zone would replace the page, and with it what was typed.
      const held = await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'x.csv'));
        return ['dragover', 'drop'].every((kind) => !document.querySelector('h1').dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })));
      });
      must(held, 'a file dropped beside the zone leaves the page alone');
    },
  },
  {
    name: 'two files at once, one of them GB18030, both go in',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/data');
      const { body: county } = await world.api(page, '/api/county');
      const hospital = county.organizations.find((each) => each.kind === 'county-general');
      const stamp = Date.now();
      const plain = page1('-', 4, '2025-11-07');
      // 肺炎 in GB18030
      const [start, end] = page1('-', 5, '2025-11-08').replace(/测试/g, 'ceshi').split('肺炎');
      const chinese = Buffer.concat([Buffer.from(`${header}\r\n${start}`), Buffer.from([0xb7, 0xce, 0xd1, 0xd7]), Buffer.from(`${end}\r\n`)]);
      await drop(page, [[`e2e-a-${stamp}.csv`, `${header}\r\n${plain}\r\n`], [`e2e-gb-${stamp}.csv`, chinese]]);
      await page.waitForFunction(() => [...document.querySelectorAll('.queue-item')].filter((each) => each.querySelector('select')?.value === 'first-pages').length === 2);
      await page.locator('.queue-item').filter({ hasText: 'e2e-gb' }).getByText('GB18030').waitFor();
      for (const item of await page.locator('.queue-item').all()) await item.locator('select').nth(1).selectOption(hospital.code);
      await page.getByRole('button', { name: words('zh', 'data.startAll', { count: 2 }) }).click();
      for (const name of [`e2e-a-${stamp}.csv`, `e2e-gb-${stamp}.csv`]) {
        const row = page.locator('tbody tr').filter({ hasText: name });
        await row.getByText(words('zh', 'importStatus.completed')).waitFor();
        const counts = (await row.locator('td').allTextContents()).slice(1, 5).map(Number);
        same(counts[0] + counts[1] + counts[2], 1, `the row of ${name} went in`);
        same(counts[3], 0, `nothing of ${name} was refused`);
      }
      if (world.isMock) return;
      // The numbers follow the record a moment later; the Chinese must be there as it was meant.
      await untilAnswer(page, `/api/measures/average-length-of-stay/cases?period=2025-11&org=${hospital.code}&count=1000`,
        ({ cases }) => cases.some((each) => each.onDate === '2025-11-08' && each.diseaseCode === 'J18.900' && each.diseaseName === '肺炎'));
    },
  },
  {
    name: 'a long import shows how far it is and can be stopped',
    run: async (world) => {
      const folder = mkdtempSync(join(tmpdir(), 'qianxian-e2e-'));
      try {
        const page = await world.signedIn(world.user);
        await world.go(page, '/data');
        for (const rows of [600_000, 3_000_000]) {
          const name = `e2e-long-${rows}-${Date.now()}.csv`;
          writeBigFile(join(folder, name), rows);
          await page.setInputFiles('input[type=file]', join(folder, name));
          await page.waitForFunction(() => document.querySelector('.queue-item select')?.value === 'settlements');
          await page.locator('.queue-item').filter({ hasText: name }).getByRole('button', { name: words('zh', 'data.start') }).click();
          const running = page.locator('section').filter({ has: page.getByRole('heading', { name: words('zh', 'data.running') }) }).locator('.queue-item').filter({ hasText: name });
          const row = page.locator('tbody tr').filter({ hasText: name });
          await running.or(row).first().waitFor();
          if (await running.count()) {
            await running.getByRole('progressbar').waitFor();
            await running.getByRole('button', { name: words('zh', 'data.cancelImport') }).click().catch(() => undefined);
          }
          await row.waitFor();
          const status = await row.locator('.badge').first().textContent();
          if (status === words('zh', 'importStatus.cancelled')) return;
          must(rows < 3_000_000, `the import was not stopped but is: ${status}`);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
];
