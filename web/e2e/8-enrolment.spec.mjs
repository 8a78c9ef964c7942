// What a person decides about a course: a new edition, another institution, its end; the consultation that a step waits for; the
// day of the next visit. Each against a stand-in server of its own.
import { withOwn } from './own-mock.mjs';
import { languages, must, same, sizes, words } from './support.mjs';

const titles = { zh: { hypertension: '高血压', diabetes: '2型糖尿病' }, en: { hypertension: 'Hypertension', diabetes: 'Type 2 diabetes' } };

// The sheet of one course, opened from the patient's page.
async function opened(page, title) {
  await page.locator('.enrolments > li', { hasText: title }).locator('.enrolment-change').click();
  const sheet = page.locator('.side-sheet');
  await sheet.locator('.form').waitFor();
  return sheet;
}

async function done(page, sheet, said) {
  await sheet.locator('.form-end button[type=submit]').click();
  await page.getByText(said).waitFor();
  await sheet.waitFor({ state: 'detached' });
}

async function newEdition(world, page, state, { say, title, name }) {
  await world.go(page, '/patients/p1');
  await page.locator('.enrolments', { hasText: '2025.1' }).waitFor();
  await world.shot(page, `enrolments-${name}`);
  const sheet = await opened(page, title.hypertension);
  await sheet.getByRole('button', { name: say('enrolmentDeed.edition'), exact: true }).click();
  await sheet.getByText(say('enrolment.editionHow', { from: '2025.1', to: '2026.1' })).waitFor();
  await sheet.locator('.form-end button[type=submit]').click();
  await sheet.getByText(say('enrolment.needReason')).waitFor();
  await world.check(page, `a new edition without a reason ${name}`);
  await world.shot(page, `enrolment-edition-${name}`, { full: false });
  await sheet.getByLabel(say('enrolment.reason'), { exact: true }).fill('新版间隔更合适');
  await done(page, sheet, say('enrolmentDone.edition', { title: title.hypertension }));
  same(state.enrolments.get('care-p1-hypertension').edition, '2026.1', 'it goes on by the new edition');
  await page.locator('.enrolments', { hasText: '2026.1' }).waitFor();
  const again = await opened(page, title.hypertension);
  same(await again.getByRole('button', { name: say('enrolmentDeed.edition'), exact: true }).count(), 0, 'there is no newer one');
  await page.keyboard.press('Escape');
  await again.waitFor({ state: 'detached' });
}

async function handOver(world, page, state, { say, title, name }) {
  await world.go(page, '/patients/p2');
  const sheet = await opened(page, title.hypertension);
  await sheet.getByRole('button', { name: say('enrolmentDeed.hand-over'), exact: true }).click();
  await sheet.getByText(say('enrolment.handOverHow', { organization: '青石镇卫生院' })).waitFor();
  const menu = sheet.getByLabel(say('enrolment.organization'), { exact: true });
  same((await menu.locator('optgroup').evaluateAll((groups) => groups.map((group) => group.label))).slice(0, 2).join(), `${say('enrolment.hospitals')},青石镇卫生院`, 'hospitals, then each township with its villages');
  same(await menu.locator('option[value=T1]').count(), 0, 'who has it now is not offered');
  same(await menu.locator('option[value=C1]').count(), 0, 'nor who is outside of the county');
  await sheet.locator('.form-end button[type=submit]').click();
  await sheet.getByText(say('enrolment.needOrganization')).waitFor();
  await menu.selectOption({ label: '下河村卫生室' });
  await sheet.getByLabel(say('enrolment.reason'), { exact: true }).fill('搬到下河村');
  await world.check(page, `a hand-over ${name}`);
  await world.shot(page, `enrolment-hand-over-${name}`, { full: false });
  await done(page, sheet, say('enrolmentDone.hand-over', { title: title.hypertension }));
  same(state.enrolments.get('care-p2-hypertension').organization, 'V2', 'it was handed over');
}

async function end(world, page, state, { say, title, name, language }) {
  await world.go(page, '/patients/p2');
  const sheet = await opened(page, title.diabetes);
  same(await page.locator('.side-sheet-h').textContent(), `李国栋 · ${title.diabetes}`, 'whose course it is stands on top');
  await sheet.locator('.form-end button[type=submit]').click();
  await sheet.getByText(say('enrolment.needExit')).waitFor();
  same(state.enrolments.has('care-p2-diabetes'), false, 'nothing ends without a reason');
  await sheet.getByRole('radio', { name: language === 'zh' ? '迁出' : 'Moved away', exact: true }).check();
  await sheet.getByLabel(say('enrolment.note')).fill('随女儿到省城住');
  await world.check(page, `an end ${name}`);
  await world.shot(page, `enrolment-end-${name}`, { full: false });
  await done(page, sheet, say('enrolmentDone.end', { title: title.diabetes }));
  same(`${state.enrolments.get('care-p2-diabetes').exitReason} ${state.enrolments.get('care-p2-diabetes').note}`, 'moved-away 随女儿到省城住', 'it ended with a reason');
  const ended = page.locator('details.fold', { hasText: say('patient.ended', { count: 1 }) });
  await ended.locator('summary').click();
  await ended.getByText(language === 'zh' ? '迁出' : 'Moved away').waitFor();
  same(await page.locator('.enrolments > li').count(), 1, 'the other one goes on');
  await world.check(page, `a course that has ended ${name}`);
  await world.shot(page, `enrolment-ended-${name}`);
}

async function died(world, page, state, { say, title, name, language }) {
  await world.go(page, '/patients/p5');
  const sheet = await opened(page, title.hypertension);
  await sheet.getByRole('radio', { name: language === 'zh' ? '死亡' : 'Died', exact: true }).check();
  await sheet.getByText(say('enrolment.deathHow')).waitFor();
  await sheet.getByLabel(say('enrolment.diedOn')).fill('2026-01-05');
  await world.check(page, `a death ${name}`);
  await world.shot(page, `enrolment-death-${name}`, { full: false });
  await done(page, sheet, say('enrolmentDone.end', { title: title.hypertension }));
  await page.getByText(say('patient.noProgrammes')).waitFor();
  same(['hypertension', 'diabetes'].map((id) => state.enrolments.get(`care-p5-${id}`).on).join(), '2026-01-05,2026-01-05', 'a death ends all, on its day');
}

export const tests = [
  ...languages.flatMap((language) => Object.keys(sizes).map((size) => ({
    name: `a course: a new edition, another institution, its end, ${language}, ${size}`,
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('township', { language, size });
      const told = { language, name: `${language}-${size}`, title: titles[language], say: (key, values) => words(language, key, values) };
      for (const part of [newEdition, handOver, end, died]) await part(world, page, state, told);
    }),
  }))),
  ...languages.flatMap((language) => Object.keys(sizes).map((size) => ({
    name: `a programme goes over to its present edition: stopped half way, taken up again, ${language}, ${size}`,
    run: (world) => withOwn(world, async () => {
      const say = (key, values) => words(language, key, values);
      const page = await world.signedIn('director', { language, size });
      await world.go(page, '/programmes?pathway=diabetes');
      await page.locator('.funnel').waitFor();
      same(await page.locator('.notice-line').count(), 0, 'nobody goes by an earlier one');
      await world.go(page, '/programmes?pathway=hypertension');
      const notice = page.locator('.notice-line');
      must((await notice.textContent()).includes('320'), 'how many still do');
      await world.shot(page, `editions-notice-${language}-${size}`, { full: false });
      // The second call is held, so that it is stopped while it is on its way.
      const held = [];
      await page.route('**/api/programmes/*/move', (route) => (route.request().postDataJSON().next === '1' && held.length === 0 ? held.push(route) : route.continue()));
      await notice.getByRole('button').click();
      const sheet = page.locator('.side-sheet');
      const start = sheet.locator('.form-end button[type=submit]');
      await start.click();
      await sheet.getByText(say('editions.needReason')).waitFor();
      await world.check(page, `editions without a reason ${language} ${size}`);
      await sheet.getByLabel(say('editions.reason'), { exact: true }).fill('新版间隔更合适');
      await start.click();
      await sheet.getByText(say('editions.moving', { done: 50, all: 320 })).waitFor();
      await page.waitForFunction(() => document.querySelector('.progress-done')?.style.width === '16%');
      await world.check(page, `editions on their way ${language} ${size}`);
      await world.shot(page, `editions-moving-${language}-${size}`, { full: false });
      await sheet.getByRole('button', { name: say('editions.stop'), exact: true }).click();
      held[0].continue();
      await sheet.getByText(say('editions.stopped', { moved: 99, edition: '2026.1' })).waitFor();
      must((await sheet.locator('.people').textContent()).includes(language === 'zh' ? '不在您的权限内' : 'not one of yours'), 'who was not moved, and why');
      await page.locator('.notice-line', { hasText: '221' }).waitFor();
      same(await sheet.getByLabel(say('editions.reason'), { exact: true }).inputValue(), '新版间隔更合适', 'the reason is still there');
      await sheet.getByRole('button', { name: say('editions.goOn'), exact: true }).click();
      await sheet.getByText(say('editions.done', { moved: 319, edition: '2026.1' })).waitFor();
      await world.check(page, `editions done ${language} ${size}`);
      await world.shot(page, `editions-done-${language}-${size}`, { full: false });
      await sheet.getByRole('button', { name: say('common.close'), exact: true }).last().click();
      await sheet.waitFor({ state: 'detached' });
      await page.locator('.notice-line', { hasText: say('editions.earlier', { count: 1, shown: 1 }) }).waitFor();
    }),
  }))),
  ...[['zh', 'phone'], ['en', 'desktop']].map(([language, size]) => ({
    name: `a consultation says which step it belongs to, and its conclusion ends that step, ${language}, ${size}`,
    run: (world) => withOwn(world, async (state) => {
      const say = (key, values) => words(language, key, values);
      const page = await world.signedIn('specialist', { language, size });
      await world.go(page, '/patients/p9/consult');
      await page.getByLabel(say('consult.question')).last().fill('能否停用一种降压药？');
      await page.locator('.visit-also', { hasText: '云岭县中医院' }).click();
      await page.locator('.care-bar .big-button').click();
      await page.locator('.form-error', { hasText: say('consult.aboutMissing') }).waitFor();
      same(await page.locator('.form-error').count(), 1, 'and only what is missing is said');
      same(state.consultations.length, 2, 'while a step waits for a consultation somebody says whether this is it');
      await world.check(page, `what a consultation belongs to ${language}`);
      await world.shot(page, `consult-about-missing-${language}-${size}`);
      await page.locator('.visit-also', { hasText: say('consult.aboutNone') }).click();
      await page.locator('.care-bar .big-button').click();
      await page.waitForURL(/consultations/);
      same(state.consultations[2].about, null, 'another question is of no course');

      await world.go(page, '/patients/p9');
      await page.locator('.open-steps .open-step-way').click();
      const board = page.locator('.visit-also', { hasText: language === 'zh' ? '复发多学科讨论' : 'Board on recurrence' });
      await board.waitFor();
      must(await board.locator('input').isChecked(), 'the step that it was opened from');
      same(await page.getByLabel(say('consult.question')).last().inputValue(), '', 'another question is another draft');
      await page.getByLabel(say('consult.question')).last().fill('右肺下叶新发结节，如何处理？');
      await page.locator('.visit-also', { hasText: '云岭县妇幼保健院' }).click();
      await world.check(page, `a board ${language}`);
      await world.shot(page, `consult-about-${language}-${size}`);
      await page.locator('.care-bar .big-button').click();
      await page.waitForURL(/consultations/);
      same(`${state.consultations[3].about.step} ${state.consultations[3].about.enrolment} ${state.consultations[3].mode}`, 'step-p9-board care-p9-lung mdt', 'it names the step');
      await page.getByLabel(say('consult.conclusionText')).fill('穿刺活检后再定。');
      await page.getByRole('button', { name: say('consultVerb.conclude') }).click();
      await page.locator('.consult-conclusion').waitFor();
      await world.go(page, '/patients/p9');
      same(await page.locator('.open-steps .open-step-way').count(), 0, 'the step is done');
    }),
  })),
  ...[['zh', 'phone'], ['en', 'desktop']].map(([language, size]) => ({
    name: `the next visit is the programme’s until somebody names a day, and says how sure it is, ${language}, ${size}`,
    run: (world) => withOwn(world, async (state) => {
      const say = (key, values) => words(language, key, values);
      const page = await world.signedIn('village', { language, size });
      const visit = async (person) => {
        await world.go(page, `/patients/${person}/visit`);
        await page.locator('[data-key*="8480-6"] input').fill('152');
        await page.locator('[data-key*="8462-4"] input').fill('94');
      };
      const sent = async () => {
        const before = state.visits.size;
        await page.locator('.care-bar .big-button').click();
        await page.waitForFunction(() => document.querySelector('.saved-here') && !document.querySelector('.saved-here-wait'));
        same(state.visits.size, before + 1, 'it was sent');
        return [...state.visits.values()].pop().body.forms[0].answers;
      };
      await visit('p1');
      await page.getByText(say('visit.nextByRule')).waitFor();
      must(await page.locator('#visit-next-date').inputValue() !== '', 'the day that the programme will choose is shown');
      await page.locator('.basis summary').click();
      await page.getByText(say('visit.basisHow')).waitFor();
      await world.check(page, `what a visit rests on ${language}`);
      await world.shot(page, `visit-basis-${language}-${size}`);
      same((await sent())['next-date'], undefined, 'what nobody named is not sent');

      await visit('p4');
      await page.getByRole('button', { name: say('visit.quickDays', { count: 30 }), exact: true }).click();
      await page.getByText(say('visit.nextNamed')).waitFor();
      const named = await page.locator('#visit-next-date').inputValue();
      await world.check(page, `a day that somebody named ${language}`);
      await page.locator('.visit-next').scrollIntoViewIfNeeded();
      await world.shot(page, `visit-next-named-${language}-${size}`, { full: false });
      same((await sent())['next-date'], named, 'what somebody named is sent');
    }),
  })),
];
