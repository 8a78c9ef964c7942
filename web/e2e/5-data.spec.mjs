// Bringing files in: drop, guess, progress, row report, cancel.
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, same, words } from './support.mjs';

const header = 'USERNAME,YLFKFS,JKKH,ZYCS,BAH,XM,XB,CSRQ,NL,SFZH,RYTJ,RYSJ,RYSJS,CYSJ,CYSJS,SJZYTS,ZYZD,JBDM,RYBQ,LYFS,ZFY,ZFJE,SSJCZBM1,SSJCZRQ1,SSJB1,SSJCZMC1';
const page1 = (hospital, number, out) =>
  `${hospital},1,-,1,E2E${number},测试${number},2,1961-04-12,64,-,2,2025-11-0${number},9,${out},10,4,肺炎,J18.900,1,1,6234.50,812.00,-,-,-,-`;

async function drop(page, name, text) {
  const transfer = await page.evaluateHandle(([fileName, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([content], fileName, { type: 'text/csv' }));
    return data;
  }, [name, text]);
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
