// A program asks for access: the user sees who asks for what and decides; an administrator registers programs.
import { languages, must, same, sizes, words } from './support.mjs';

const zh = (key, values) => words('zh', key, values);
const mockOnly = (world) => (world.isMock ? '' : 'needs the stand-in server\'s program');
const needsAdmin = (world) => (world.logins.has('admin') ? '' : 'no login for admin');
const back = 'https://app.example.cn/back';
const request = (changes = {}) =>
  new URLSearchParams({ response_type: 'code', client_id: 'app-1', redirect_uri: back, scope: 'openid offline_access user/Observation.rs user/Specimen.cruds', state: 's-1', ...changes }).toString();

// The program itself is not reached: what the browser would have asked it for is enough.
async function catchProgram(page) {
  const asked = [];
  await page.context().route('https://app.example.cn/**', (route) => {
    asked.push(route.request().url());
    return route.fulfill({ contentType: 'text/html', body: '<!doctype html><html lang="en"><title>app</title><main>app</main></html>' });
  });
  return asked;
}

export const tests = [
  {
    name: 'who asks for what, in both languages and sizes',
    needs: mockOnly,
    run: async (world) => {
      for (const language of languages) {
        for (const size of Object.keys(sizes)) {
          const page = await world.signedIn('village', { language, size });
          await world.go(page, `/authorize?${request()}`);
          await page.locator('.wishes input').first().waitFor();
          await world.settle(page);
          await world.check(page, `authorize ${language} ${size}`);
          await world.shot(page, `authorize-${language}-${size}`);
          await world.go(page, `/authorize?${request({ client_id: 'nobody' })}`);
          await page.locator('.form-error').waitFor();
          await world.check(page, `authorize-unknown ${language} ${size}`);
          await world.shot(page, `authorize-unknown-${language}-${size}`);
        }
      }
    },
  },
  {
    name: 'from the program through the sign-in to the decision and back, also past the worker of the page',
    needs: mockOnly,
    run: async (world) => {
      const page = await world.page();
      const asked = await catchProgram(page);
      await page.goto(`${world.url}/oauth2/authorize?${request()}`);
      await page.fill('input[name=username]', 'township');
      await page.fill('input[name=password]', world.logins.get('township'));
      await page.click('button[type=submit]');
      await page.locator('.wishes input').first().waitFor();
      // A doctor's page answers navigations from its own store: not this one, which is the server's.
      await world.go(page, '/today');
      await page.evaluate(() => navigator.serviceWorker.ready);
      await page.reload();
      await page.goto(`${world.url}/oauth2/authorize?${request()}`);
      await page.locator('.wishes input').first().waitFor();
      same(new URL(page.url()).pathname, '/authorize', 'the server sends the browser on');
      await page.getByRole('checkbox', { name: /Specimen/ }).uncheck();
      const sent = page.waitForRequest((each) => each.method() === 'POST' && each.url().endsWith('/api/authorize'));
      await page.getByRole('button', { name: zh('authorize.agree') }).click();
      const body = (await sent).postDataJSON();
      same(body.words.join(' '), 'openid offline_access user/Observation.rs', 'what was unticked is not given');
      await page.waitForURL(`${back}**`);
      same(asked[0], `${back}?code=c-1&state=s-1`, 'the program gets the code');
    },
  },
  {
    name: 'a refusal goes back as one; an unknown program or address gets nothing',
    needs: mockOnly,
    run: async (world) => {
      const page = await world.signedIn('village');
      const asked = await catchProgram(page);
      for (const changes of [{ client_id: 'nobody' }, { redirect_uri: 'https://app.example.cn/other' }]) {
        await world.go(page, `/authorize?${request(changes)}`);
        await page.locator('.form-error').waitFor();
        same(await page.getByRole('button', { name: zh('authorize.agree') }).count(), 0, 'nothing to agree to');
      }
      same(asked.length, 0, 'requests to the program');
      await world.go(page, `/authorize?${request()}`);
      await page.getByRole('button', { name: zh('authorize.refuse') }).click();
      await page.waitForURL(`${back}**`);
      same(asked[0], `${back}?error=access_denied&state=s-1`, 'the program is told');
    },
  },
  {
    name: 'an administrator registers a program; its secret is shown once; switched off it is off',
    needs: (world) => mockOnly(world) || needsAdmin(world),
    run: async (world) => {
      for (const language of languages) {
        for (const size of Object.keys(sizes)) {
          const page = await world.signedIn('admin', { language, size });
          for (const [name, path] of [['clients', '/clients'], ['client-new', '/clients?new=1'], ['client', '/clients?client=app-1']]) {
            await world.go(page, path);
            await page.locator(name === 'clients' ? 'tbody tr' : '.side-sheet').first().waitFor();
            await world.settle(page);
            await world.check(page, `${name} ${language} ${size}`);
            await world.shot(page, `${name}-${language}-${size}`, { full: name === 'clients' });
          }
        }
      }
      const page = await world.signedIn('admin');
      await world.go(page, '/accounts');
      await page.getByRole('link', { name: zh('clients.title'), exact: true }).click();
      await page.getByRole('button', { name: zh('clients.new') }).click();
      const sheet = page.locator('.side-sheet');
      await sheet.getByRole('button', { name: zh('clients.make') }).click();
      await sheet.getByText(zh('clientFault.needName')).waitFor();
      await sheet.getByLabel(zh('clients.name'), { exact: true }).fill('随访助手');
      await sheet.getByLabel(zh('clients.login'), { exact: true }).selectOption('secret');
      await sheet.getByLabel(zh('clients.redirects'), { exact: true }).fill('https://follow.example.cn/back');
      await sheet.getByRole('button', { name: zh('clients.make') }).click();
      const secret = (await sheet.locator('.client-secret').textContent()).trim();
      must(secret.length > 20, 'a secret is shown');
      await world.check(page, 'a secret');
      await sheet.getByRole('button', { name: zh('clients.noted') }).click();
      await page.getByRole('link', { name: '随访助手' }).click();
      await sheet.getByRole('button', { name: zh('clients.off') }).waitFor();
      must(!(await page.content()).includes(secret), 'the secret is nowhere any more');
      await sheet.getByRole('button', { name: zh('clients.off') }).click();
      await sheet.getByRole('group').getByRole('button', { name: zh('clients.off') }).click();
      await sheet.getByRole('button', { name: zh('clients.on') }).waitFor();
      const director = await world.signedIn('director');
      await world.go(director, '/clients');
      await director.getByText(zh('state.forbidden')).waitFor();
    },
  },
];
