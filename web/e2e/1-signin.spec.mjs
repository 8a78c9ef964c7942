// Signing in: the one-time password, the first change, what goes wrong on the way.
import { startMock } from './mock-server.mjs';
import { must, newPassword, same, words } from './support.mjs';

const fill = async (page, fields) => {
  for (const [name, value] of Object.entries(fields)) await page.fill(`input[name=${name}]`, value);
  await page.click('button[type=submit]');
};

export const tests = [
  {
    name: 'a wrong password is told, in both languages, and the page is clean',
    run: async (world) => {
      for (const language of ['zh', 'en']) {
        for (const size of ['desktop', 'phone']) {
          const page = await world.page({ language, size });
          await world.go(page, '/');
          await world.check(page, `sign-in ${language} ${size}`);
          await world.shot(page, `signin-${language}-${size}`, { full: false });
          if (size === 'phone') continue;
          await fill(page, { username: `nobody-${language}`, password: 'wrong' });
          const error = await page.locator('.form-error').textContent();
          must(error && (language === 'zh' ? /[\u4e00-\u9fff]/.test(error) : /[a-z]{3}/.test(error) && !/[\u4e00-\u9fff]/.test(error)), `the error is in ${language}: ${error}`);
        }
      }
    },
  },
  {
    name: 'the one-time password must be changed; weak and unequal ones are refused; then the page opens',
    run: async (world) => {
      const given = world.logins.get(world.user);
      const page = await world.page();
      await world.go(page, '/');
      await fill(page, { username: world.user, password: given });
      await page.waitForFunction(() => document.querySelector('.header, input[name=new], .form-error'));
      if (await page.locator('.form-error').count()) await fill(page, { username: world.user, password: newPassword });  // an earlier run changed it
      await page.waitForFunction(() => document.querySelector('.header, input[name=new]'));
      if (await page.locator('input[name=new]').count()) {
        await world.check(page, 'first password');
        await world.shot(page, 'password-zh-desktop', { full: false });
        await fill(page, { current: given, new: newPassword, again: `${newPassword}x` });
        same(await page.locator('.form-error').textContent(), words('zh', 'signin.notSame'), 'unequal passwords');
        await fill(page, { current: given, new: 'a1', again: 'a1' });
        await page.waitForFunction((before) => document.querySelector('.form-error') && document.querySelector('.form-error').textContent !== before, words('zh', 'signin.notSame'));
        must(/密码|字符/.test(await page.locator('.form-error').textContent()), 'a weak password is told what it lacks');
        await fill(page, { current: given, new: newPassword, again: newPassword });
        await page.waitForSelector('.header');
        world.logins.set(world.user, newPassword);
      }
      await world.settle(page);
      same(page.complaints.join('; '), '', 'signing in is silent');
      world.states.set(world.user, await page.context().storageState());
    },
  },
  {
    name: 'the language is switched, remembered, and the document says it',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      await page.click('.language-switch');
      await page.getByRole('heading', { level: 1, name: words('en', 'overview.title') }).waitFor();
      same(await page.evaluate(() => document.documentElement.lang), 'en', 'lang of the document');
      await page.reload();
      await world.settle(page);
      same(await page.evaluate(() => document.documentElement.lang), 'en', 'lang after a reload');
      await page.getByRole('link', { name: words('en', 'nav.leak') }).first().waitFor();
    },
  },
  {
    name: 'signing out leads to the sign-in, and nothing is left to see',
    run: async (world) => {
      const page = await world.page();
      await world.go(page, '/');
      await fill(page, { username: world.user, password: world.logins.get(world.user) });
      await page.waitForSelector('.header');
      await page.click('.header-end button:last-child');
      await page.getByRole('button', { name: words('zh', 'signin.signOut') }).click();
      await page.waitForSelector('input[name=username]');
      const answer = await world.api(page, '/api/county');
      same(answer.status, 401, 'the session is over');
    },
  },
  {
    name: 'that the people are invented is said before the sign-in, and only where they are (stand-in server)',
    needs: (world) => (world.isMock ? '' : 'only without a real server'),
    run: async (world) => {
      for (const demo of [true, false]) {
        const county = await startMock({ demo });
        try {
          for (const language of ['zh', 'en']) {
            const page = await world.page({ language });
            await page.goto(county.url);
            await world.settle(page);
            const banner = page.locator('.demo-banner');
            if (demo) same(await banner.textContent(), words(language, 'app.demo'), 'above the sign-in');
            await world.check(page, `sign-in, demonstration: ${demo}, ${language}`);
            await fill(page, { username: 'admin', password: 'one-time-1' });
            await page.waitForSelector('.header');
            await world.settle(page);
            same(await banner.count(), demo ? 1 : 0, 'above the page');
            await world.go(page, '/password');
            await world.check(page, `password, demonstration: ${demo}, ${language}`);
          }
        } finally {
          county.close();
        }
      }
    },
  },
];
