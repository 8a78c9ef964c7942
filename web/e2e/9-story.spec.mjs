// The whole way of one person, on a real server of its own with a clock that moves: found in the village, screened, referred,
// diagnosed, discussed with the city, treated at home, sent down, followed, missed, not found, called back; and the numbers on the
// director's pages that move because of it.
// The same story as tests/scenarios/lung-cancer-nobody-is-lost.scn, by the hands of five people on their pages.
import { fileURLToPath } from 'node:url';
import { play } from '../../tools/scenario_steps.mjs';
import { makeWorld } from '../../tools/scenario_world.mjs';
import { languages, must, same, words } from './support.mjs';

const build = process.env.QIANXIAN_BUILD ?? fileURLToPath(new URL('../../build', import.meta.url));
const password = 'Scenario-2026-千县';
const person = '吴春生';
const setting = [
  '一个空的县，代码 330127，时间是 2026-03-02T09:00:00+08:00', '有机构 H001 县人民医院 county-general，没有上级', '有机构 T001 青石镇卫生院 township，上级 H001',
  '有机构 V001 上河村卫生室 village，上级 T001', '有机构 C001 市肿瘤医院 city，没有上级', '周村医 是 V001 的医生', '何医生 是 T001 的医生', '林主任 是 H001 的医生',
  '邓教授 是 C001 的医生', '王院长 是 全县 的院长',
];
const users = { village: 'user1', township: 'user2', specialist: 'user3', expert: 'user4', director: 'user5' };

// Pages of the story's people, at the hour of the story.
class Story {
  constructor(world, county, language) {
    Object.assign(this, { world, county, language });
    this.time = '2026-03-02T09:00:00+08:00';
  }
  words(key, values) { return words(this.language, key, values); }
  async at(who, size = 'phone') {
    const page = await this.world.signedIn(users[who], { language: this.language, size });
    await page.clock.setFixedTime(new Date(this.time));
    return page;
  }
  async comes(day) {
    this.time = `${day}T09:00:00+08:00`;
    await play(this.county, `时间到了 ${day}`);
    this.world.states.clear();                       // another day, another session
  }
  text(both) { return both[this.language]; }
  // The engine and the numbers follow by themselves: asked again until it is so, at most a minute.
  async settled(page, path, is, what) {
    for (const until = Date.now() + 60_000; Date.now() < until;) {
      const { status, body } = await this.world.api(page, path);
      if (status === 200 && is(body)) return;
    }
    must(false, what);
  }
  // A visit with one form: the questions and answers by the words that stand on the page.
  async visit(page, form, answers) {
    await this.world.go(page, `/patients/${this.id}`);
    await this.settled(page, `/api/patients/${this.id}`, (record) => record.steps.some((step) => step.form === form), `${form} is open`);
    await this.world.go(page, `/patients/${this.id}/visit`);
    await page.locator('.care-bar .big-button').waitFor();
    const { body: { form: whole } } = await this.world.api(page, `/api/forms/${form}?patient=${this.id}`);
    await this.only(page, form);
    for (const [id, value] of Object.entries(answers)) {
      const item = whole.items.find((each) => each.id === id);
      const field = page.locator('.visit-field', { hasText: this.text(item.text) }).first();
      if (item.type === 'boolean') await field.getByLabel(this.words(value ? 'visit.yes' : 'visit.no'), { exact: true }).check();
      else if (item.options) for (const code of [value].flat()) await field.getByLabel(this.text(item.options.find((option) => option.code === code).text), { exact: true }).check();
      else await field.locator('input, textarea').first().fill(String(value));
    }
    // Asked before anybody presses: a page that is closed before its visit has gone keeps it on the device, which the test throws away.
    page.sent = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/visits' && answer.request().method() === 'POST' && answer.ok());
    page.sent.catch(() => undefined);
    return page.locator('.care-bar .big-button');
  }
  // Of several steps that are open only the one with this form.
  async only(page, form) {
    const { body: { steps } } = await this.world.api(page, `/api/patients/${this.id}`);
    const wanted = steps.find((step) => step.form === form);
    must(wanted, `${form} is not open`);
    for (const option of await page.locator('.visit-programmes .visit-option').all()) {
      const is = [this.text(wanted.name), this.text(wanted.pathwayTitle)].includes((await option.innerText()).trim());
      await option.locator('input').setChecked(is);
    }
  }
  async saved(page) {
    await page.sent;
    await page.waitForFunction(() => !document.querySelector('.saved-here-wait') && !location.pathname.endsWith('/visit'));
  }
  async act(page, verb, fill = async () => undefined) {
    await page.locator('.verb-row').getByRole('button', { name: this.words(`verb.${verb}`), exact: true }).click();
    await page.locator('.verb-form').waitFor();
    await fill();
    await page.locator('.verb-form .big-button').click();
    await page.locator('.verb-form').waitFor({ state: 'detached' });
  }
  async check(page, where) {
    await this.world.check(page, `${where} ${this.language}`);
    await this.world.shot(page, `story-${where}-${this.language}`);
  }
}

async function prevent(story) {
  const page = await story.at('village');
  await story.world.go(page, '/patients?add=1');
  await page.getByLabel(story.words('newPerson.name')).fill(person);
  await page.getByLabel(story.words('newPerson.idNumber')).fill('330127196005010013');
  await page.getByRole('button', { name: story.words('newPerson.save') }).click();
  await page.locator('.way').first().waitFor();
  await story.world.settle(page);
  story.id = (await story.world.api(page, `/api/patients?find=${encodeURIComponent(person)}`)).body.patients[0].id;
  await page.locator('summary.way', { hasText: story.words('patient.enrol') }).click();
  await page.getByRole('button', { name: story.language === 'zh' ? '肺癌' : 'Lung cancer', exact: true }).click();
  await page.locator('.enrolment-head', { hasText: story.language === 'zh' ? '肺癌' : 'Lung cancer' }).waitFor();
  await (await story.visit(page, 'lung-risk', { consent: true, 'risk-factors': ['pack-years', 'copd'] })).click();
  await story.saved(page);
  await page.context().close();
}

async function screen(story) {
  await story.comes('2026-03-20');
  const page = await story.at('township');
  const save = await story.visit(page, 'lung-screening', { 'tested-on': '2026-03-20', nodule: 16, density: 'part-solid', result: 'positive' });
  await page.locator('.danger').waitFor();
  await story.check(page, 'positive');
  must((await save.textContent()).includes(story.words('visit.saveAndRefer')), 'a positive screening opens the referral');
  await save.click();
  await page.locator('.menu-item-on').nth(1).waitFor();
  await page.locator('.visit-also', { hasText: story.words('refer.consent') }).click();
  await page.locator('.care-bar .big-button').click();
  await page.waitForFunction(() => document.querySelectorAll('.item-sent').length >= 2);
  await (await story.visit(page, 'tumour-recall', { told: 'yes', answer: 'will-go' })).click();
  await story.saved(page);
  await page.context().close();
}

async function diagnose(story) {
  const page = await story.at('specialist', 'desktop');
  await story.world.go(page, '/');
  await page.locator('.person', { hasText: person }).locator('.person-link').click();
  story.referral = new URL(page.url()).pathname;
  await story.act(page, 'accept', async () => {
    await page.locator('.verb-form .big-button').click();
    await page.getByText(story.words('verbFault.start')).waitFor();
    await page.getByLabel(story.words('referral.slotStart')).fill('2026-03-20T10:00');
    await page.getByLabel(story.words('refer.department')).fill('胸外科');
  });
  await story.act(page, 'arrive');
  await story.check(page, 'arrived');
  await (await story.visit(page, 'tumour-diagnosis', { site: 'lung', conclusion: 'cancer', 'diagnosed-on': '2026-03-20', basis: '7', stage: 'I' })).click();
  await story.saved(page);
  // The board is asked for from the step that waits for it; no word of the question says whose it is.
  await story.settled(page, `/api/patients/${story.id}`, (record) => record.steps.some((step) => step.step === 'mdt'), 'the board waits');
  await story.world.go(page, `/patients/${story.id}`);
  await page.locator('.open-steps .open-step-way').click();
  await page.locator('.visit-also input[type=radio]:checked').first().waitFor();
  await page.getByLabel(story.words('consult.question')).last().fill('右上肺 16 mm，能否在本县手术？');
  await story.check(page, 'board');
  await page.getByLabel('市肿瘤医院').check();
  await page.getByRole('button', { name: story.words('consult.send') }).click();
  await page.waitForURL(/consultations/);
  const consultation = new URL(page.url()).pathname;

  const expert = await story.at('expert');
  await story.world.go(expert, '/');
  await expert.locator('.person', { hasText: person }).locator('.person-link').click();
  await expert.getByLabel(story.words('consult.advice')).fill('可行胸腔镜肺叶切除，市里专家到县里手术。');
  await story.check(expert, 'asked');
  await expert.getByRole('button', { name: story.words('consultVerb.opine') }).click();
  await expert.locator('.opinion').waitFor();
  await story.world.go(expert, `/patients/${story.id}`);
  await expert.locator('.way').first().waitFor();

  await story.world.go(page, consultation);
  await page.getByLabel(story.words('consult.conclusionText')).fill('同意，在本县手术。');
  await page.getByRole('button', { name: story.words('consultVerb.conclude') }).click();
  await page.locator('.consult-conclusion').waitFor();
  await story.check(page, 'concluded');
  await story.settled(page, `/api/patients/${story.id}`, (record) => record.steps.every((step) => step.step !== 'mdt'), 'its conclusion ends the step');
  // Who looked: noted within a second.
  await story.settled(page, `/api/patients/${story.id}`, (record) => record.access.some((each) => each.who.includes('邓教授')), 'who looked');
  await story.world.go(page, `/patients/${story.id}`);
  await page.getByText(story.words('patient.whoLooked')).waitFor();
  await page.locator('.panel', { hasText: story.words('patient.whoLooked') }).locator('summary').click();
  await page.locator('.who-looked li', { hasText: '邓教授' }).getByText('市肿瘤医院').waitFor();
  await story.world.go(expert, `/patients/${story.id}`);
  same(await expert.locator('.way').count(), 0, 'who was asked reads the record no longer');
  await expert.context().close();
  await page.context().close();
}

async function treat(story) {
  await story.comes('2026-03-31');
  const page = await story.at('specialist', 'desktop');
  await (await story.visit(page, 'tumour-treatment', { site: 'lung', modality: ['operation'], place: 'county', status: 'ended' })).click();
  await story.saved(page);
  await story.world.go(page, story.referral);
  await story.act(page, 'return-result', () => page.getByLabel(story.words('referral.resultText')).fill('右上肺腺癌 pT1cN0M0，已手术。'));
  await story.act(page, 'send-down', () => page.getByLabel(story.words('referral.planText')).fill('每三个月随访。'));
  const township = await story.at('township');
  await story.world.go(township, story.referral);
  await story.act(township, 'take-over');
  await story.check(township, 'taken-over');
  await page.context().close();
  await township.context().close();
  await story.comes('2026-04-28');
  const later = await story.at('township');
  await (await story.visit(later, 'tumour-rehabilitation', { ecog: 1, pain: 2 })).click();
  await story.saved(later);
  await later.context().close();
}

// The director's pages: the share of those followed in time, and how many of the programme are overdue.
async function director(story, name, { share, overdue }) {
  const page = await story.at('director', 'desktop');
  await story.world.go(page, '/');
  const [numerator, denominator] = share;
  await story.settled(page, '/api/measures/tumour-follow-up-on-time-share?period=2026', ({ rows }) => rows[0]?.numerator === numerator && rows[0].denominator === denominator, `${numerator} of ${denominator} in time`);
  await story.world.go(page, '/measures?period=2026');
  const row = page.locator('tr', { hasText: story.language === 'zh' ? '肿瘤随访及时率' : 'Tumour follow-up in time' }).first();
  const value = `${((100 * Number(numerator)) / Number(denominator)).toFixed(1)}%`;
  must((await row.textContent()).replace(/\s/g, '').includes(value), `the measures say ${value}: ${await row.textContent()}`);
  await story.check(page, `director-${name}`);
  await story.world.go(page, '/programmes?pathway=lung');
  const township = page.getByRole('region', { name: story.words('programmes.behind') }).locator('tr', { hasText: '青石镇卫生院' }).first();
  if (overdue > 0) same((await township.locator('td').nth(1).textContent()).trim(), String(overdue), 'and the programme says how many are overdue');
  else same(await township.count(), 0, 'and the township has nobody behind any more');
  await story.check(page, `programme-${name}`);
  await page.context().close();
}

// The day passed and he did not come: the list says so, and the county is told.
async function miss(story) {
  await story.comes('2026-08-25');
  const page = await story.at('township');
  await story.world.go(page, '/');
  const row = page.locator('.person-overdue', { hasText: person });
  await row.locator('.badge', { hasText: story.words('today.escalated') }).waitFor();
  await story.check(page, 'missed');
  await director(story, 'missed', { share: ['0', '1'], overdue: 1 });
  await page.context().close();
}

// Called by the township, and not found; looked for by the county, told, and willing: the recall.
async function callBack(story) {
  const page = await story.at('township');
  const save = await story.visit(page, 'tumour-follow-up', { site: 'lung', status: 'lost' });
  await page.getByRole('radio', { name: story.words('visitMethod.phone') }).check();
  await save.click();
  await story.saved(page);
  await story.comes('2026-08-28');
  const home = await story.at('specialist', 'desktop');
  const told = await story.visit(home, 'tumour-outreach', { told: 'yes', answer: 'will-go' });
  await home.getByRole('radio', { name: story.words('visitMethod.phone') }).check();
  await story.check(home, 'recall');
  await told.click();
  await story.saved(home);
  await story.settled(home, `/api/patients/${story.id}`, (record) => record.steps.every((step) => step.step !== 'trace') && record.steps.some((step) => step.step === 'follow-up'), 'he was found, and his visit waits');
  await page.context().close();
  await home.context().close();
}

async function follow(story) {
  await story.comes('2026-09-10');
  const page = await story.at('township');
  await (await story.visit(page, 'tumour-follow-up', { site: 'lung', status: 'alive', recurrence: 'none' })).click();
  await story.saved(page);
  await page.context().close();
  await story.comes('2026-12-09');
  const later = await story.at('township');
  await (await story.visit(later, 'tumour-follow-up', { site: 'lung', status: 'alive', recurrence: 'none' })).click();
  await story.saved(later);
  await later.context().close();
  await director(story, 'followed', { share: ['1', '2'], overdue: 0 });
}

export const tests = languages.map((language) => ({
  name: `nobody is lost, ${language}`,
  needs: (world) => (world.isMock ? 'it wants the real program' : undefined),
  run: async (world) => {
    const county = makeWorld(build);
    const { url, states, logins } = world;
    try {
      for (const sentence of setting) await play(county, sentence);
      Object.assign(world, { url: county.url, states: new Map(), logins: new Map(Object.values(users).map((user) => [user, password])) });
      const story = new Story(world, county, language);
      for (const part of [prevent, screen, diagnose, treat, miss, callBack, follow]) await part(story);
    } finally {
      Object.assign(world, { url, states, logins });
      await county.stop();
    }
  },
}));
