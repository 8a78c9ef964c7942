// The duties of managing are three people's. The last of the tests: afterwards the administrator has no accounts any more.
import { newPassword, same, words } from './support.mjs';

const zh = (key, values) => words('zh', key, values);

export const tests = [
  {
    name: 'an auditor and a security administrator: each has a page of their own, and the administrator has theirs no more',
    needs: (world) => (world.isMock ? 'needs the real program' : world.logins.has('admin') ? '' : 'no login for admin'),
    run: async (world) => {
      const admin = await world.signedIn('admin');
      await world.go(admin, '/accounts');
      const make = async (page, role) => {
        const user = `e2e-${role}-${Date.now()}`;
        const { status, body } = await world.api(page, '/api/accounts', { method: 'POST', body: { user, name: '分工', role, organizations: [] } });
        same(status, 201, `${role} is made`);
        const own = await world.page();
        await world.go(own, '/');
        await own.fill('input[name=username]', user);
        await own.fill('input[name=password]', body.oneTimePassword);
        await own.click('button[type=submit]');
        await own.locator('input[name=new]').waitFor();
        await own.fill('input[name=current]', body.oneTimePassword);
        await own.fill('input[name=new]', newPassword);
        await own.fill('input[name=again]', newPassword);
        await own.click('button[type=submit]');
        await own.waitForSelector('.header');
        await world.settle(own);
        return { user, own };
      };
      const auditor = await make(admin, 'auditor');
      const security = await make(admin, 'security-administrator');
      await auditor.own.getByRole('heading', { name: zh('audit.title') }).waitFor();
      same(await auditor.own.locator('.navigation a').count(), 1, 'the auditor has the audit alone');
      await world.check(auditor.own, 'an auditor at home');
      await world.shot(auditor.own, 'auditor-home-zh-desktop', { full: false });
      await security.own.getByRole('heading', { name: zh('accounts.title') }).waitFor();
      same(await security.own.locator('.navigation a').count(), 1, 'the security administrator has the accounts alone');
      await world.check(security.own, 'a security administrator at home');
      await world.shot(security.own, 'security-home-zh-desktop', { full: false });
      await world.go(admin, '/');
      same(await admin.locator('.navigation').getByRole('link', { name: zh('nav.accounts') }).count(), 0, 'the administrator has no accounts any more');
      same((await world.api(admin, '/api/audit')).body.error.code, 'handed-over', 'nor the audit');
    },
  },
];
