// Passkeys with the browser's own virtual authenticator: added, used, named, removed; what is said where there can be none.
import { alert, needsAdmin, newUser, typePassword } from './7-security.spec.mjs';
import { must, newPassword, same, words } from './support.mjs';
import { codeOf, stepNow, stepRests } from './totp.mjs';

// A passkey belongs to a name: the same server, asked by its name on this machine.
const named = (world) => world.url.replace('127.0.0.1', 'localhost');

async function withAuthenticator(page, changes = {}) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...changes },
  });
  return { devtools, authenticatorId };
}

async function open(world, page, path) {
  await page.goto(named(world) + path);
  await world.settle(page);
}

async function prove(page, button) {
  await page.locator('form.proof input[name=password]').fill(newPassword);
  await page.locator('form.proof').getByRole('button', { name: button, exact: true }).click();
}

// From the page of the own account; gives the codes for paper, none where there was a factor before.
async function add(world, page, language, { name, isFirst, look = async () => undefined }) {
  const say = (key) => words(language, key);
  await page.getByRole('button', { name: say('passkey.add'), exact: true }).click();
  await look('ask');
  await prove(page, say(isFirst ? 'security.next' : 'passkey.prove'));
  await page.locator('input[name=passkey-name]').fill(name);
  await look('name');
  await page.getByRole('button', { name: say('passkey.create'), exact: true }).click();
  let recovery = [];
  if (isFirst) {
    await page.locator('.recovery-codes li').first().waitFor();
    recovery = (await page.locator('.recovery-codes code').allTextContents()).map((each) => each.trim());
    await page.getByRole('button', { name: say('security.noted') }).click();
  }
  await page.locator('.session-list strong').filter({ hasText: name }).waitFor();
  return recovery;
}

async function signOut(page, language) {
  await page.click('.header-end button:last-child');
  await page.getByRole('button', { name: words(language, 'signin.signOut'), exact: true }).click();
  await page.waitForSelector('input[name=username]');
}

export const tests = [
  ...[['zh', 'desktop'], ['en', 'phone']].map(([language, size]) => ({
    name: `a passkey is added, signs in, is named and removed, ${language}, ${size}`,
    needs: needsAdmin,
    run: async (world) => {
      const say = (key, values) => words(language, key, values);
      const user = await newUser(world, 'viewer');
      const page = await world.page({ language, size });
      const { devtools, authenticatorId } = await withAuthenticator(page);
      const look = async (name) => {
        await world.settle(page);
        await world.check(page, `passkey ${name} ${language} ${size}`);
        await world.shot(page, `passkey-${name}-${language}-${size}`);
      };
      await open(world, page, '/security');
      await typePassword(page, user);
      await page.locator('.session-list li').first().waitFor();
      await look('none');
      const recovery = await add(world, page, language, { name: '诊室电脑', isFirst: true, look });
      same(recovery.length, 10, 'the first factor brings codes for paper');
      await page.getByText(say('passkey.byPasskey')).waitFor();
      await look('list');
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
      same(credentials.length, 1, 'the authenticator has one key');
      same(credentials[0].rpId, 'localhost', 'for this site');

      await signOut(page, language);
      await typePassword(page, user);
      const button = page.getByRole('button', { name: say('passkey.use'), exact: true });
      await button.waitFor();
      same(await page.evaluate(() => document.activeElement?.classList.contains('passkey-button')), true, 'who has passkeys alone begins there');
      same((await world.api(page, '/api/measures')).status, 403, 'nothing is answered before');
      await world.check(page, `sign-in by passkey ${language}`);
      await world.shot(page, `signin-passkey-${language}-${size}`, { full: false });
      await page.evaluate(() => {
        const real = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = (options) => {
          navigator.credentials.get = real;
          return Promise.reject(new DOMException(String(options), 'NotAllowedError'));
        };
      });
      await button.click();
      await page.getByText(say('passkey.cancelled')).waitFor();
      await world.check(page, `cancelled ${language}`);
      await button.click();
      await page.waitForSelector('.header');
      await page.locator('.session-list strong').filter({ hasText: '诊室电脑' }).waitFor();

      await page.getByRole('button', { name: say('passkey.renameOf', { name: '诊室电脑' }) }).click();
      await page.locator('input[name=passkey-name]').fill('A1');
      await page.getByRole('button', { name: say('passkey.saveName') }).click();
      await page.locator('.session-list strong').filter({ hasText: 'A1' }).waitFor();
      await page.getByRole('button', { name: say('passkey.removeOf', { name: 'A1' }) }).click();
      await page.getByText(say('passkey.removeLast')).waitFor();
      await look('remove');
      await prove(page, say('passkey.prove'));
      await page.getByText(say('security.off'), { exact: true }).waitFor();
      same(page.complaints.join('; '), '', 'it is silent');
      await signOut(page, language);
      await typePassword(page, user);
      await page.waitForSelector('.header');
    },
  })),
  {
    name: 'a second passkey is proved by the first, and a code on paper signs in when none is at hand',
    needs: needsAdmin,
    run: async (world) => {
      const user = await newUser(world, 'viewer');
      const page = await world.page();
      const { devtools, authenticatorId } = await withAuthenticator(page);
      await open(world, page, '/security');
      await typePassword(page, user);
      const recovery = await add(world, page, 'zh', { name: '手机', isFirst: true });
      // The device has one of this account already; another one is put in its place.
      await page.getByRole('button', { name: words('zh', 'passkey.add'), exact: true }).click();
      await prove(page, words('zh', 'passkey.prove'));
      await page.getByRole('button', { name: words('zh', 'passkey.create'), exact: true }).click();
      await page.getByText(words('zh', 'passkey.already')).waitFor();
      await world.check(page, 'a device with a passkey already');
      await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
      await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
      await page.locator('input[name=passkey-name]').fill('安全钥匙');
      await page.getByRole('button', { name: words('zh', 'passkey.create'), exact: true }).click();
      await page.locator('.session-list strong').filter({ hasText: '安全钥匙' }).waitFor();
      const other = await world.page();
      await open(world, other, '/security');
      await typePassword(other, user);
      await other.locator('input[name=code]').fill(recovery[0]);
      await other.locator('form:has(input[name=code]) button[type=submit]').click();
      await other.getByText(words('zh', 'security.codesLeft', { count: 9 })).waitFor();
      same(await other.locator('.security-part:has(#security-passkeys) .session-list li').count(), 2, 'both are there');

      // The telephone's codes too: then the sign-in offers both, the code first.
      await page.getByRole('button', { name: words('zh', 'passkey.telephoneToo') }).click();
      await prove(page, words('zh', 'passkey.prove'));
      const secret = (await page.locator('.scan-secret code').textContent()).replace(/\s/g, '');
      await stepRests(page);
      await page.locator('form.proof input[name=code]').fill(codeOf(secret, stepNow() - 1));
      await page.locator('form.proof button[type=submit]').click();
      await page.getByRole('button', { name: words('zh', 'passkey.telephoneOff') }).waitFor();
      same(await page.locator('.recovery-codes').count(), 0, 'the codes on paper stay as they were');
      await signOut(page, 'zh');
      await typePassword(page, user);
      const code = page.locator('input[name=code]');
      await code.waitFor();
      same(await page.evaluate(() => document.activeElement.name), 'code', 'the code has the focus');
      await page.getByRole('button', { name: words('zh', 'passkey.use'), exact: true }).waitFor();
      await world.check(page, 'sign-in by code or passkey');
      await world.shot(page, 'signin-both-zh-desktop', { full: false });
      await page.getByRole('button', { name: words('zh', 'passkey.use'), exact: true }).click();
      await page.waitForSelector('.header');
    },
  },
  {
    name: 'where there can be no passkey the page says why',
    needs: needsAdmin,
    run: async (world) => {
      const user = await newUser(world, 'viewer');
      for (const language of ['zh', 'en']) {
        const page = await world.page({ language });
        await world.go(page, '/security');
        await typePassword(page, user);
        await page.getByText(words(language, 'passkey.number')).waitFor();
        same(await page.getByRole('button', { name: words(language, 'passkey.add'), exact: true }).count(), 0, 'no button that cannot work');
        await world.settle(page);
        await world.check(page, `passkeys at a number, ${language}`);
        await page.context().close();
      }
      const page = await world.page();
      await page.addInitScript(() => { delete window.PublicKeyCredential; });
      await open(world, page, '/security');
      await typePassword(page, user);
      await page.getByText(words('zh', 'passkey.unsupported')).waitFor();
      must((await alert(page).count()) === 0, 'it is no error');
    },
  },
  {
    name: 'who must have a second factor takes a passkey',
    needs: needsAdmin,
    run: async (world) => {
      const user = await newUser(world, 'insurance-officer');
      const admin = await world.signedIn('admin');
      await world.go(admin, '/accounts');
      const rules = (await world.api(admin, '/api/sign-in-rules')).body;
      same((await world.api(admin, '/api/sign-in-rules', { method: 'PATCH', body: { secondFactorRoles: ['insurance-officer'] } })).status, 200, 'the rule is set');
      try {
        const page = await world.page();
        await withAuthenticator(page);
        await open(world, page, '/');
        await typePassword(page, user);
        await page.getByRole('button', { name: words('zh', 'passkey.instead') }).click();
        await world.settle(page);
        await world.check(page, 'must enrol, by passkey');
        await prove(page, words('zh', 'security.next'));
        await page.getByRole('button', { name: words('zh', 'passkey.create'), exact: true }).click();
        await page.locator('.recovery-codes li').first().waitFor();
        await page.getByRole('button', { name: words('zh', 'security.noted') }).click();
        await page.waitForSelector('.header');
      } finally {
        await world.api(admin, '/api/sign-in-rules', { method: 'PATCH', body: { secondFactorRoles: rules.isDefault ? null : rules.secondFactorRoles } });
      }
    },
  },
];
