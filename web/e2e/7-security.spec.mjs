// The second step of a sign-in, set up, used, taken away; where one is signed in; which roles must have it.
import { languages, must, newPassword, same, sizes, words } from './support.mjs';
import { codeOf, stepNow, stepRests } from './totp.mjs';

export const needsAdmin = (world) => (world.logins.has('admin') ? '' : 'no login for admin');
let made = 0;

// A new account with a password of its own; the server is told by its API, as the pages of accounts and passwords have tests of their own.
export async function newUser(world, role) {
  const admin = await world.signedIn('admin');
  await world.go(admin, '/accounts');
  const user = `e2e-two-${Date.now()}-${++made}`;
  const { body } = await world.api(admin, '/api/accounts', { method: 'POST', body: { user, name: '周安', role, organizations: [] } });
  const page = await world.page();
  await page.goto(world.url);
  await world.api(page, '/api/session', { method: 'POST', body: { user, password: body.oneTimePassword } });
  same((await world.api(page, '/api/password', { method: 'POST', body: { current: body.oneTimePassword, new: newPassword } })).status, 200, 'a password of its own');
  await world.api(page, '/api/session', { method: 'DELETE' });
  await page.context().close();
  await admin.context().close();
  return user;
}

export async function typePassword(page, user) {
  await page.fill('input[name=username]', user);
  await page.fill('input[name=password]', newPassword);
  await page.click('button[type=submit]');
}

async function typeCode(page, code) {
  await page.fill('input[name=code]', code);
  await page.locator('form:has(input[name=code]) button[type=submit]').click();
}

export const alert = (page) => page.locator('.form-error');

// From the button to the codes for paper; what the steps look like is looked at when `look` is given.
async function enrol(world, page, look = async () => undefined) {
  const field = page.locator('form.proof input[name=password]');
  await field.waitFor();
  await look('ask');
  await field.fill('wrong');
  await page.locator('form.proof button[type=submit]').click();
  await alert(page).waitFor();
  same(await field.inputValue(), 'wrong', 'what was typed stays');
  await field.fill(newPassword);
  await page.locator('form.proof button[type=submit]').click();
  await page.locator('.scan-picture svg').waitFor();
  const secret = (await page.locator('.scan-secret code').textContent()).replace(/\s/g, '');
  must((await page.locator('.scan a').getAttribute('href')).includes(`secret=${secret}`), 'the picture says the same secret');
  await look('scan');
  const code = page.locator('form.proof input[name=code]');
  same(await code.getAttribute('inputmode'), 'numeric', 'digits on a telephone');
  same(await code.getAttribute('autocomplete'), 'one-time-code', 'the telephone offers the code');
  await page.locator('form.proof button[type=submit]').click();
  await page.locator('.field-fault').waitFor();
  await typeCode(page, '000 000' === codeOf(secret, stepNow()) ? '111111' : '000 000');
  await alert(page).waitFor();
  // The code before the present one, so that the present one is still unused: it counts only while this step lasts.
  await stepRests(page);
  const right = codeOf(secret, stepNow() - 1);
  await typeCode(page, `${right.slice(0, 3)} ${right.slice(3)}`);
  await page.locator('.recovery-codes li').first().waitFor();
  const recovery = (await page.locator('.recovery-codes code').allTextContents()).map((each) => each.trim());
  same(recovery.length, 10, 'ten codes for paper');
  await look('recovery');
  return { secret, recovery };
}

export const tests = [
  ...languages.flatMap((language) => Object.keys(sizes).map((size) => ({
    name: `two steps are set up and used, ${language}, ${size}`,
    needs: needsAdmin,
    run: async (world) => {
      const say = (key, values) => words(language, key, values);
      const user = await newUser(world, 'viewer');
      const page = await world.page({ language, size });
      if (size === 'desktop') await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await world.go(page, '/');
      await typePassword(page, user);
      await page.waitForSelector('.header');
      await page.click('.header-end button:last-child');
      await page.getByRole('link', { name: say('security.title') }).click();
      await page.locator('.session-list li').first().waitFor();
      const look = async (name) => {
        await world.settle(page);
        await world.check(page, `security ${name} ${language} ${size}`);
        await world.shot(page, `security-${name}-${language}-${size}`);
      };
      await look('off');
      await page.getByRole('button', { name: say('security.setUp') }).click();
      const { secret, recovery } = await enrol(world, page, look);
      if (size === 'desktop') {
        await page.getByRole('button', { name: say('security.copy') }).click();
        await page.getByText(say('security.copied'), { exact: true }).waitFor();
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        must(recovery.every((code) => copied.includes(code)) && copied.includes(user), 'all codes are in the clipboard, with whose they are');
        await page.emulateMedia({ media: 'print' });
        must(await page.locator('.recovery-codes').isVisible() && !(await page.locator('.session-list').isVisible()), 'on paper are the codes alone');
        await world.shot(page, `security-paper-${language}`);
        await page.emulateMedia({ media: 'screen' });
      }
      await page.getByRole('button', { name: say('security.noted') }).click();
      await page.getByText(say('security.on'), { exact: true }).waitFor();
      must(!(await page.content()).includes(recovery[0]), 'the codes are nowhere any more');
      await look('on');

      await page.click('.header-end button:last-child');
      await page.getByRole('button', { name: say('signin.signOut'), exact: true }).click();
      await page.waitForSelector('input[name=username]');
      await typePassword(page, user);
      const code = page.locator('input[name=code]');
      await code.waitFor();
      same(await page.evaluate(() => document.activeElement.name), 'code', 'the code is asked for and has the focus');
      same(await code.getAttribute('inputmode'), 'numeric', 'digits on a telephone');
      same(await code.getAttribute('autocomplete'), 'one-time-code', 'the telephone offers the code');
      same((await world.api(page, '/api/measures')).status, 403, 'nothing is answered before the code');
      await world.check(page, `code ${language} ${size}`);
      await world.shot(page, `signin-code-${language}-${size}`, { full: false });
      await page.reload();
      await page.waitForFunction(() => document.querySelector('input[name=code], input[name=username]'));
      if (await page.locator('input[name=username]').count()) await typePassword(page, user);
      await code.waitFor();
      await typeCode(page, '12 34');
      await alert(page).waitFor();
      same(await code.inputValue(), '12 34', 'what was typed stays');
      await world.check(page, `wrong code ${language} ${size}`);
      await typeCode(page, codeOf(secret, stepNow()));
      await page.waitForSelector('.header');
      await world.settle(page);
      same(page.complaints.join('; '), '', 'signing in is silent');
    },
  }))),
  {
    name: 'a recovery code signs in once; three wrong codes ask for the password again',
    needs: needsAdmin,
    run: async (world) => {
      const user = await newUser(world, 'viewer');
      const page = await world.page();
      await world.go(page, '/security');
      await typePassword(page, user);
      await page.getByRole('button', { name: words('zh', 'security.setUp') }).click();
      const { secret, recovery } = await enrol(world, page);
      await page.getByRole('button', { name: words('zh', 'security.noted') }).click();
      await page.getByText(words('zh', 'security.codesLeft', { count: 10 })).waitFor();
      const other = await world.page();
      const usePaper = async (code) => {
        await world.go(other, '/security');
        await typePassword(other, user);
        await other.getByRole('button', { name: words('zh', 'signin.usePaper') }).click();
        same(await other.evaluate(() => document.activeElement.name), 'code', 'the other field has the focus');
        await typeCode(other, code);
      };
      await usePaper(recovery[0].toUpperCase());
      await other.getByText(words('zh', 'security.codesLeft', { count: 9 })).waitFor();
      await other.click('.header-end button:last-child');
      await other.getByRole('button', { name: words('zh', 'signin.signOut'), exact: true }).click();
      await other.waitForSelector('input[name=username]');
      await usePaper(recovery[0]);
      await alert(other).waitFor();
      await world.check(other, 'a used recovery code');
      await world.shot(other, 'signin-paper-zh-desktop', { full: false });
      await typeCode(other, 'again');
      await other.waitForFunction(() => !document.querySelector('button.ant-btn-loading'));
      await typeCode(other, 'and again');
      await other.waitForSelector('input[name=username]');
      must((await alert(other).textContent()).length > 5, 'why the password is asked for again is said');

      // New codes, then no second step at all: each with the password and a code.
      const proof = page.locator('form.proof');
      await page.getByRole('button', { name: words('zh', 'security.renew') }).click();
      await proof.locator('input[name=password]').fill(newPassword);
      await typeCode(page, codeOf(secret, stepNow()));
      await page.locator('.recovery-codes li').first().waitFor();
      const renewed = await page.locator('.recovery-codes code').allTextContents();
      same(renewed.some((code) => recovery.includes(code)), false, 'other codes than before');
      await page.getByRole('button', { name: words('zh', 'security.noted') }).click();
      await page.getByRole('button', { name: words('zh', 'security.turnOff') }).click();
      await proof.locator('input[name=password]').fill(newPassword);
      await typeCode(page, renewed[0]);
      await page.getByText(words('zh', 'security.off'), { exact: true }).waitFor();
    },
  },
  {
    name: 'where one is signed in: ended there, asked for password and code again above the page, then out everywhere',
    needs: needsAdmin,
    run: async (world) => {
      const user = await newUser(world, 'viewer');
      const page = await world.page();
      await world.go(page, '/security');
      await typePassword(page, user);
      await page.getByRole('button', { name: words('zh', 'security.setUp') }).click();
      const { secret, recovery } = await enrol(world, page);
      await page.getByRole('button', { name: words('zh', 'security.noted') }).click();
      const other = await world.page();
      await world.go(other, '/security');
      await typePassword(other, user);
      await other.locator('input[name=code]').waitFor();
      await typeCode(other, codeOf(secret, stepNow()));
      await other.locator('.session-list li').first().waitFor();
      const ends = other.locator('.session-list').getByRole('button');
      await ends.first().click();
      await other.waitForFunction(() => document.querySelectorAll('.session-list .badge').length === 1);
      same((await world.api(page, '/api/session')).status, 401, 'ended at once');
      await page.getByRole('button', { name: words('zh', 'security.renew') }).click();
      await page.locator('form.proof input[name=password]').fill(newPassword);
      await page.locator('form.proof input[name=code]').fill('123456');
      await page.locator('form.proof button[type=submit]').click();
      const dialog = page.locator('dialog.return-dialog');
      await dialog.locator('input[name=password]').fill(newPassword);
      await dialog.locator('button[type=submit]').click();
      await dialog.locator('input[name=code]').waitFor();
      same(await page.evaluate(() => document.activeElement.name), 'code', 'the code has the focus');
      await world.check(page, 'the code in the dialog');
      await world.shot(page, 'return-code-zh-desktop', { full: false });
      await dialog.locator('input[name=code]').fill(recovery[1]);
      await dialog.locator('button[type=submit]').click();
      await dialog.waitFor({ state: 'detached' });
      same(await page.locator('form.proof input[name=code]').inputValue(), '123456', 'the page underneath stayed as it was');
      await page.getByRole('button', { name: words('zh', 'security.endAll') }).click();
      await world.check(page, 'asked before signing out everywhere');
      await page.getByRole('button', { name: words('zh', 'security.endAllNow') }).click();
      await page.waitForSelector('input[name=username]');
      same((await world.api(other, '/api/session')).status, 401, 'out everywhere');
    },
  },
  {
    name: 'an administrator says which roles must have it; who must sets it up first; the administrator takes it away',
    needs: needsAdmin,
    run: async (world) => {
      const user = await newUser(world, 'insurance-officer');
      const admin = await world.signedIn('admin');
      try {
        await world.go(admin, '/accounts');
        await admin.getByRole('button', { name: words('zh', 'accounts.rules') }).click();
        await admin.locator('.side-sheet').getByLabel(words('zh', 'role.insurance-officer')).check();
        await world.settle(admin);
        await world.check(admin, 'sign-in rules');
        await world.shot(admin, 'sign-in-rules-zh-desktop', { full: false });
        await admin.locator('.side-sheet').getByRole('button', { name: words('zh', 'accounts.save') }).click();
        await admin.getByText(words('zh', 'accounts.rulesSaved')).waitFor();
        for (const [language, size] of [['en', 'phone'], ['zh', 'desktop']]) {
          const page = await world.page({ language, size });
          await world.go(page, '/');
          await typePassword(page, user);
          await page.getByRole('heading', { name: words(language, 'security.firstTitle') }).waitFor();
          same((await world.api(page, '/api/measures')).status, 403, 'nothing else is answered');
          await world.settle(page);
          await world.check(page, `must enrol ${language}`);
          await world.shot(page, `must-enrol-${language}-${size}`);
          if (language === 'en') continue;
          await enrol(world, page, async (name) => {
            await world.check(page, `must enrol, ${name}`);
            await world.shot(page, `must-enrol-${name}-${language}-${size}`);
          });
          await page.getByRole('button', { name: words('zh', 'security.noted') }).click();
          await page.waitForSelector('.header');
          await world.go(admin, `/accounts?account=${user}`);
          await admin.locator('.side-sheet').getByText(words('zh', 'accounts.hasFactor'), { exact: true }).waitFor();
          await admin.getByRole('button', { name: words('zh', 'accounts.factorReset') }).click();
          await world.check(admin, 'asked before the second step goes');
          await world.shot(admin, 'factor-reset-zh-desktop', { full: false });
          await admin.locator('.ask').getByRole('button', { name: words('zh', 'accounts.factorNow') }).click();
          await admin.getByText(words('zh', 'accounts.factorGone', { name: '周安' })).waitFor();
          same((await world.api(page, '/api/session')).status, 401, 'which ends the sign-ins');
        }
      } finally {
        await world.api(admin, '/api/sign-in-rules', { method: 'PATCH', body: { secondFactorRoles: null } });
      }
    },
  },
];
