// A record opened in an emergency: the doctor who treats opens it by the number on a card; the auditor or the director says afterwards
// whether it was right.
import { languages, must, same, sizes, words } from './support.mjs';

const needsAll = (world) => (['admin', 'township', 'director'].every((user) => world.logins.has(user)) ? '' : 'no login for admin, township and director');
// Each test its own person: who was opened once is found like one's own for a day.
let made = 0;
const nextNumber = () => `33010119600501${1000 + (Date.now() % 8000) + ++made}`;

// Somebody whose record another township keeps.
async function keptElsewhere(world, number) {
  if (world.isMock) return;
  const admin = await world.signedIn('admin');
  await world.go(admin, '/');
  const { body: county } = await world.api(admin, '/api/county');
  const doctor = await world.signedIn('township');
  await world.go(doctor, '/');
  const { body: me } = await world.api(doctor, '/api/session');
  const other = county.organizations.find((each) => each.kind === 'township' && !me.organizations.includes(each.code));
  const made = await world.api(admin, '/api/patients', { method: 'POST', body: { clientKey: `e2e-${number}`, name: '赵德胜', idNumber: number, gender: 'male', birthDate: '1960-05-01', organization: other.code } });
  must(made.status === 201 || made.status === 200, `the patient is there: ${made.status}`);
  await admin.context().close();
  await doctor.context().close();
}

async function openOne(world, page, language, number) {
  const say = (key, values) => words(language, key, values);
  await world.go(page, '/patients');
  await page.fill('.find input', number);
  await page.getByRole('link', { name: say('emergency.link') }).click();
  const sheet = page.locator('.side-sheet');
  same(await sheet.locator('input[name=identifier]').inputValue(), number, 'the number that was looked for is filled in');
  await sheet.getByRole('button', { name: say('emergency.open') }).click();
  same(await sheet.locator('.field-fault').count(), 2, 'what is missing is said at its field');
  return sheet;
}

export const tests = [
  ...languages.flatMap((language) => Object.keys(sizes).map((size) => ({
    name: `opened, read, reviewed, ${language}, ${size}`,
    needs: needsAll,
    run: async (world) => {
      const say = (key, values) => words(language, key, values);
      const number = nextNumber();
      await keptElsewhere(world, number);
      const page = await world.signedIn('township', { language, size });
      const sheet = await openOne(world, page, language, number);
      await world.check(page, `emergency asked ${language} ${size}`);
      await world.shot(page, `emergency-asked-${language}-${size}`, { full: false });
      await sheet.getByLabel(say('emergencyReason.unconscious')).check();
      await sheet.locator('input[name=text]').fill('昏迷送入急诊');
      await sheet.locator('input[name=identifier]').fill('330101196005019999');
      await sheet.getByRole('button', { name: say('emergency.open') }).click();
      await sheet.locator('.form-error').waitFor();
      same(await sheet.locator('input[name=text]').inputValue(), '昏迷送入急诊', 'what was typed stays');
      await sheet.locator('input[name=identifier]').fill(number);
      await sheet.getByRole('button', { name: say('emergency.open') }).click();
      await page.locator('.emergency-notice').waitFor();
      await page.getByRole('heading', { name: '赵德胜' }).waitFor();
      await world.settle(page);
      await world.check(page, `emergency record ${language} ${size}`);
      await world.shot(page, `emergency-record-${language}-${size}`);

      const director = await world.signedIn('director', { language, size });
      await world.go(director, '/');
      await director.locator('.emergency-notice a').click();
      const first = director.locator('.emergency').first();
      await first.waitFor();
      await world.settle(director);
      must(!(await director.locator('.emergencies').textContent()).includes('赵德胜'), 'whose record it was is masked');
      await world.check(director, `emergencies ${language} ${size}`);
      await world.shot(director, `emergencies-${language}-${size}`);
      const last = language === 'en' && size === 'phone';
      if (last) {
        await first.getByRole('button', { name: say('emergency.notJustified') }).click();
        await first.locator('.field-fault').waitFor();
        await first.locator('input').fill('非本人患者');
        await first.getByRole('button', { name: say('emergency.notJustified') }).click();
      } else {
        await first.getByRole('button', { name: say('emergency.justified'), exact: true }).click();
      }
      await director.getByText(say('emergency.noneWaiting')).or(director.locator('.emergency')).first().waitFor();
      await director.getByRole('button', { name: say('emergency.all'), exact: true }).click();
      await director.getByText(say(`emergencyState.${last ? 'unjustified' : 'justified'}`), { exact: true }).first().waitFor();
      if (last && !world.isMock) same((await world.api(page, '/api/patients?find=x')).status, 200, 'the doctor works on');
    },
  }))),
];
