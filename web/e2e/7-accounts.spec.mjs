// Accounts: an administrator makes one, its first sign-in works; shut out, let in, reset; nobody else gets there.
import { languages, must, same, sizes, words } from './support.mjs';

const needsAdmin = (world) => (world.logins.has('admin') ? '' : 'no login for admin');
const zh = (key, values) => words('zh', key, values);
const field = (page, key) => page.locator('.side-sheet').getByLabel(zh(key), { exact: true });
const press = (page, key) => page.locator('.side-sheet').getByRole('button', { name: zh(key), exact: true }).click();

// What the server answers to these words at the sign-in.
async function signIn(world, user, password) {
  const page = await world.page();
  await page.goto(world.url);
  const answer = await world.api(page, '/api/session', { method: 'POST', body: { user, password } });
  await page.context().close();
  return answer;
}

async function makeAccount(world, page, user, name) {
  await world.go(page, '/accounts?new=1');
  await field(page, 'accounts.user').fill(user);
  await field(page, 'accounts.name').fill(name);
  await field(page, 'accounts.role').selectOption('viewer');
  await press(page, 'accounts.make');
  await page.locator('.one-time-words').waitFor();
  return (await page.locator('.one-time-words').textContent()).trim();
}

export const tests = [
  {
    name: 'the list, the form and a present account, in both languages and sizes',
    needs: needsAdmin,
    run: async (world) => {
      for (const language of languages) {
        for (const size of Object.keys(sizes)) {
          const page = await world.signedIn('admin', { language, size });
          for (const [name, path] of [['accounts', '/accounts'], ['account-new', '/accounts?new=1'], ['account', '/accounts?account=manager']]) {
            await world.go(page, path);
            await page.locator(name === 'accounts' ? 'tbody tr' : '.side-sheet form').first().waitFor();
            await world.settle(page);
            await world.check(page, `${name} ${language} ${size}`);
            await world.shot(page, `${name}-${language}-${size}`, { full: name === 'accounts' });
          }
        }
      }
    },
  },
  {
    name: 'what is wrong is said at its field; then a hospital account is made and signs in with the password shown once',
    needs: needsAdmin,
    run: async (world) => {
      const page = await world.signedIn('admin');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await world.go(page, '/');
      await page.locator('.navigation').getByRole('link', { name: zh('nav.accounts') }).click();
      await page.locator('tbody tr').first().waitFor();
      await page.getByRole('button', { name: zh('accounts.new') }).click();
      await field(page, 'accounts.user').waitFor();
      await press(page, 'accounts.make');
      await page.getByText(zh('accountFault.needUser')).waitFor();
      await page.getByText(zh('accountFault.needRole')).waitFor();
      same(await page.evaluate(() => document.activeElement.name), 'user', 'the first wrong field has the focus');
      await field(page, 'accounts.user').fill('wang jianguo');
      await page.getByText(zh('accountFault.badUser')).waitFor();
      const user = `e2e-${Date.now()}`;
      await field(page, 'accounts.user').fill(user);
      await field(page, 'accounts.name').fill('王建国');
      await field(page, 'accounts.role').selectOption('hospital-manager');
      await page.getByText(zh('accountFault.needOrganization')).waitFor();
      await world.check(page, 'an account that is not complete');
      await world.shot(page, 'account-faults-zh-desktop', { full: false });
      await page.locator('.tick-list input').first().check();
      same(await page.locator('.field-fault').count(), 0, 'nothing is wrong any more');
      await page.locator('.side-sheet').getByRole('button', { name: zh('accounts.make'), exact: true }).dblclick();
      await page.locator('.one-time-words').waitFor();
      const password = (await page.locator('.one-time-words').textContent()).trim();
      must(password.length >= 8, 'a one-time password is shown');
      await world.check(page, 'a one-time password');
      await world.shot(page, 'account-password-zh-desktop', { full: false });
      await page.keyboard.press('Escape');
      await page.getByText(zh('accounts.notNoted')).waitFor();
      await press(page, 'accounts.copy');
      await page.getByText(zh('accounts.copied')).waitFor();
      same(await page.evaluate(() => navigator.clipboard.readText()), password, 'the password is in the clipboard');
      await press(page, 'accounts.noted');
      await page.locator('.one-time').waitFor({ state: 'detached' });
      must(!(await page.content()).includes(password), 'the password is nowhere any more');
      await page.locator('tbody tr').filter({ hasText: user }).getByText(zh('accountState.mustChange')).waitFor();
      same(await page.locator('tbody tr').filter({ hasText: user }).count(), 1, 'two presses made one account');
      const signedIn = await signIn(world, user, password);
      same(signedIn.status, 200, 'the one-time password signs in');
      same(signedIn.body.mustChangePassword, true, 'and must be changed');
      // The same name again is refused in words, and what was typed stays.
      await world.go(page, '/accounts?new=1');
      await field(page, 'accounts.user').fill(user);
      await field(page, 'accounts.role').selectOption('viewer');
      await press(page, 'accounts.make');
      await page.locator('.form-error').waitFor();
      must((await page.locator('.form-error').textContent()).includes(user), 'the refusal names the user');
      same(await field(page, 'accounts.user').inputValue(), user, 'what was typed stays');
      await page.reload();
      await page.getByText(zh('common.draftRestored')).waitFor();
      await field(page, 'accounts.user').fill('');
    },
  },
  {
    name: 'role and name are changed; shut out, undone, reset: each holds at once',
    needs: needsAdmin,
    run: async (world) => {
      const page = await world.signedIn('admin');
      const user = `e2e-shut-${Date.now()}`;
      const first = await makeAccount(world, page, user, '赵敏');
      await press(page, 'accounts.noted');
      await page.locator('tbody tr').filter({ hasText: user }).locator('th a').click();
      await field(page, 'accounts.name').fill('赵敏敏');
      await field(page, 'accounts.role').selectOption('insurance-officer');
      await press(page, 'accounts.save');
      const row = page.locator('tbody tr').filter({ hasText: user });
      await row.getByText('赵敏敏').waitFor();
      await row.getByText(zh('role.insurance-officer')).waitFor();
      await row.locator('th a').click();
      await press(page, 'accounts.disable');
      await page.locator('.side-sheet').getByText(zh('accountState.disabled')).waitFor();
      must((await signIn(world, user, first)).status !== 200, 'a disabled account does not sign in');
      await page.locator('.toast').getByRole('button', { name: zh('common.undo') }).click();
      await page.locator('.side-sheet').getByText(zh('accountState.mustChange')).waitFor();
      same((await signIn(world, user, first)).status, 200, 'let in again');
      await press(page, 'accounts.reset');
      await world.check(page, 'asked before a reset');
      await press(page, 'accounts.resetNow');
      await page.locator('.one-time-words').waitFor();
      const second = (await page.locator('.one-time-words').textContent()).trim();
      must(second !== first, 'another password');
      must((await signIn(world, user, first)).status !== 200, 'the old password is no good');
      same((await signIn(world, user, second)).status, 200, 'the new one is');
    },
  },
  {
    name: 'too many wrong passwords lock an account; the administrator sees it and unlocks',
    needs: (world) => needsAdmin(world) || (world.isMock ? 'only with a real server' : ''),
    run: async (world) => {
      const page = await world.signedIn('admin');
      const user = `e2e-lock-${Date.now()}`;
      const password = await makeAccount(world, page, user, '钱锁');
      for (let attempt = 0; attempt < 5; attempt++) await signIn(world, user, 'wrong');
      same((await signIn(world, user, password)).status, 503, 'locked');
      await world.go(page, `/accounts?account=${user}`);
      await page.locator('.side-sheet').getByText(zh('accountState.locked')).waitFor();
      await press(page, 'accounts.unlock');
      await page.locator('.side-sheet').getByText(zh('accountState.locked')).waitFor({ state: 'detached' });
      same((await signIn(world, user, password)).status, 200, 'unlocked');
    },
  },
  {
    name: 'nobody takes the keys from himself, and nobody else has the page',
    needs: needsAdmin,
    run: async (world) => {
      const admin = await world.signedIn('admin');
      await world.go(admin, '/accounts?account=admin');
      await admin.getByText(zh('accounts.ownAccount')).waitFor();
      must(await field(admin, 'accounts.role').isDisabled(), 'the own role is fixed');
      same(await admin.getByRole('button', { name: zh('accounts.disable') }).count(), 0, 'the own account is not disabled here');
      const page = await world.signedIn(world.user);
      await world.go(page, '/accounts');
      await page.getByText(zh('state.forbidden')).waitFor();
      same(await page.locator('.navigation').getByText(zh('nav.accounts')).count(), 0, 'no accounts in the navigation');
      same((await world.api(page, '/api/accounts')).status, 403, 'the server refuses too');
    },
  },
];
