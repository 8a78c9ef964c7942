// The audit: an administrator asks who did and saw what, looks further back, takes notes and seals away; nobody else gets there.
import { readFileSync } from 'node:fs';
import { languages, must, same, sizes, untilAnswer, words } from './support.mjs';

const needsAdmin = (world) => (world.logins.has('admin') ? '' : 'no login for admin');
const zh = (key, values) => words('zh', key, values);
const rows = (page) => page.locator('tbody tr');
const isQuestion = (name, value) => (answer) => answer.url().includes('/api/audit?') && new URL(answer.url()).searchParams.get(name) === value;

export const tests = [
  {
    name: 'the notes in both languages and sizes',
    needs: needsAdmin,
    run: async (world) => {
      for (const language of languages) {
        for (const size of Object.keys(sizes)) {
          const page = await world.signedIn('admin', { language, size });
          await world.go(page, '/audit');
          await rows(page).first().waitFor();
          await world.settle(page);
          await world.check(page, `audit ${language} ${size}`);
          await world.shot(page, `audit-${language}-${size}`);
        }
      }
    },
  },
  {
    name: 'asked by account, deed and day; the address holds the question; a wrong question is said and asked of nobody',
    needs: needsAdmin,
    run: async (world) => {
      const page = await world.signedIn('admin');
      await world.go(page, '/');
      if (!world.isMock) {                 // nobody may have searched yet; a note stands within a second
        await page.evaluate(() => fetch('/fhir/Patient?_count=1', { headers: { 'X-Qianxian': '1' } }));
        await untilAnswer(page, '/api/audit?verb=search', (answer) => answer.notes.length > 0);
      }
      await page.locator('.navigation').getByRole('link', { name: zh('nav.audit') }).click();
      await rows(page).first().waitFor();
      const form = page.getByRole('search');
      await form.getByLabel(zh('audit.verb')).selectOption('search');
      const answered = page.waitForResponse(isQuestion('verb', 'search'));
      await page.keyboard.press('Tab');
      await form.getByRole('button', { name: zh('audit.ask') }).click();
      const notes = (await (await answered).json()).notes;
      must(notes.length > 0 && notes.every((note) => note.verb === 'search'), 'only searches are answered');
      must(page.url().includes('verb=search'), 'the address holds the question');
      await page.getByRole('columnheader', { name: zh('audit.verb') }).waitFor();
      await form.getByLabel(zh('audit.from')).fill('2026-11-29');
      await form.getByLabel(zh('audit.to')).fill('2026-11-28');
      let asked = 0;
      page.on('request', (request) => { if (request.url().includes('/api/audit?')) asked += 1; });
      await form.getByRole('button', { name: zh('audit.ask') }).click();
      await page.getByText(zh('audit.daysTurned')).waitFor();
      same(asked, 0, 'a turned question is not asked');
      same(await form.getByLabel(zh('audit.from')).inputValue(), '2026-11-29', 'what was typed stays');
      await form.getByRole('button', { name: zh('audit.all') }).click();
      await page.waitForFunction(() => !window.location.search.includes('verb='));
      same(await page.getByRole('search').getByLabel(zh('audit.from')).inputValue(), '', 'all conditions are gone');
    },
  },
  {
    name: 'further back comes below, and notes and seals are taken away as files',
    needs: needsAdmin,
    run: async (world) => {
      const page = await world.signedIn('admin');
      await world.go(page, '/audit');
      await rows(page).first().waitFor();
      const first = await rows(page).count();
      const more = page.getByRole('button', { name: zh('audit.older') });
      if (await more.count()) {
        await more.click();
        await page.waitForFunction((count) => document.querySelectorAll('tbody tr').length > count, first);
      }
      let download = page.waitForEvent('download');
      await page.getByRole('button', { name: zh('audit.download') }).click();
      const csv = readFileSync(await (await download).path(), 'utf8');
      must(csv.split('\r\n').length > first, 'the file has every row that is shown');
      const seals = page.getByRole('button', { name: zh('audit.downloadSeals') });
      if (await seals.count()) {
        download = page.waitForEvent('download');
        await seals.click();
        const text = readFileSync(await (await download).path(), 'utf8');
        must(/^\d{4}-\d{2}-\d{2} \d+ [0-9a-f]{32} [0-9a-f]{64} [0-9a-f]{128}$/.test(text.trim().split('\n')[0]), `a line of a seal: ${text.slice(0, 80)}`);
      }
    },
  },
  {
    name: 'nobody else gets there',
    run: async (world) => {
      const page = await world.signedIn('director');
      await world.go(page, '/');
      same(await page.locator('.navigation').getByRole('link', { name: zh('nav.audit') }).count(), 0, 'no way in the navigation');
      const answer = await world.api(page, '/api/audit');
      same(answer.status, 403, 'and none past it');
    },
  },
];
