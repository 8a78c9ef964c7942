// The pages of care: a village doctor's day on a telephone with and without a network, the specialist's inbox, the manager's
// programme. Each against a stand-in server of its own, so that what one test sends does not change the lists of another.
import { readFileSync } from 'node:fs';
import { withOwn } from './own-mock.mjs';
import { languages, must, same, sizes, words } from './support.mjs';

const type = (page, key, value) => page.locator(`[data-key*="${key}"] input`).first().fill(String(value));
const row = (page, name) => page.locator('.person', { hasText: name });

// How often a thumb has to come down: taps and fields that are typed into.
function counting(page) {
  let taps = 0;
  return {
    tap: async (locator) => { taps++; await locator.tap(); },
    fill: async (key, value) => { taps++; await type(page, key, value); },
    get taps() { return taps; },
  };
}

async function workerReady(page) {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    if (registration.active.state !== 'activated') await new Promise((done) => registration.active.addEventListener('statechange', done));
  });
}

// What the device holds, as a list of keys.
const kept = (page) => page.evaluate(() => new Promise((done, fail) => {
  const request = indexedDB.open('qianxian');
  request.onerror = () => fail(request.error);
  request.onsuccess = async () => {
    const keys = (store) => new Promise((resolve) => { request.result.transaction(store).objectStore(store).getAllKeys().onsuccess = (event) => resolve(event.target.result); });
    const all = [...await keys('kept'), ...await keys('outbox')];
    request.result.close();
    done(all);
  };
}));

const choose = (page, ...files) => page.locator('.add-files input[multiple]').setInputFiles(files);

// A strip of an electrocardiogram as PNG, drawn by the browser.
async function picture(page, name, width, height) {
  const text = await page.evaluate(([w, h]) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff4f2';
    pen.fillRect(0, 0, w, h);
    pen.strokeStyle = '#f0b7ae';
    for (let at = 0; at < Math.max(w, h); at += h / 20) [[at, 0, at, h], [0, at, w, at]].forEach(([x, y, to, down]) => { pen.beginPath(); pen.moveTo(x, y); pen.lineTo(to, down); pen.stroke(); });
    pen.strokeStyle = '#222';
    pen.lineWidth = h / 120;
    for (const middle of [0.28, 0.72]) {
      pen.beginPath();
      for (let x = 0; x <= w; x += w / 200) pen.lineTo(x, h * (middle - [0, 0, .03, 0, 0, .02, -.2, .06, 0, 0, 0, -.05, -.06, 0][Math.floor((x / w) * 56) % 14]));
      pen.stroke();
    }
    return canvas.toDataURL('image/png').split(',')[1];
  }, [width, height]);
  return { name, mimeType: 'image/png', buffer: Buffer.from(text, 'base64') };
}

const looks = {
  village: { today: '/', visit: '/patients/p2/visit', patients: '/patients?find=%E6%9D%8E', patient: '/patients/p9', refer: '/patients/p1/refer?criterion=hypertension%2Fvery-high&urgency=urgent', 'add-patient': '/patients?add=1', outbox: '/outbox', 'inbox-sent': '/inbox?tab=sent', 'patient-draft': '/patients/p7' },
  specialist: { inbox: '/', consultations: '/inbox?tab=consultations', notices: '/inbox?tab=notices', referral: '/referrals/r2', consultation: '/consultations/c1', consult: '/patients/p9/consult' },
  director: { programmes: '/programmes?pathway=lung', 'programme-people': '/programmes?people=stage%3Dmanaged' },
};

export const tests = [
  ...languages.flatMap((language) => Object.keys(sizes).map((size) => ({
    name: `every page of care, ${language}, ${size}`,
    run: (world) => withOwn(world, async () => {
      for (const [user, places] of Object.entries(looks)) {
        const page = await world.signedIn(user, { language, size });
        for (const [name, path] of Object.entries(places)) {
          await world.go(page, path);
          if (name === 'today') await page.locator('.for-the-road', { hasText: words(language, 'today.ready') }).waitFor();
          await page.locator('h1:visible').first().waitFor();
          await world.check(page, `${name} ${language} ${size}`);
          await world.shot(page, `${name}-${language}-${size}`, { full: !['add-patient', 'programme-people'].includes(name) });
        }
        await page.context().close();
      }
    }),
  }))),
  {
    name: 'a visit of two programmes: asked once, preset, a dangerous value opens the referral; few taps',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('village', { size: 'phone' });
      await world.go(page, '/');
      const hand = counting(page);
      await hand.tap(row(page, '李国栋').locator('.person-link'));
      await page.locator('[data-key*="8480-6"]').waitFor();
      same(await page.locator('[data-key*="8480-6"]').count(), 1, 'the pressure is asked once for two programmes');
      must((await page.locator('[data-key*="8480-6"] .visit-last b').allTextContents()).join() === '146,150,144', 'the last three readings stand beside the field');
      same(await page.locator('[data-key*="8480-6"] input').getAttribute('inputmode'), 'decimal', 'a numeric keypad');
      must((await page.locator('.visit-usual summary').first().textContent()).includes('规律'), 'what stood there last time is preset, folded in one line');
      const marks = page.locator('.visit-preset', { hasText: words('zh', 'visit.fromRecord') });
      same(`${await page.locator('[data-key*="weight"] input').inputValue()} ${await marks.count()}`, '67.5 3', 'what the record says stands there and says so');
      await type(page, 'weight', 68);
      same(await marks.count(), 2, 'what is typed is no longer from the record');
      await hand.fill('8480-6', 138);
      await hand.fill('8462-4', 84);
      await hand.fill('14771-0', '6.4');
      const date = () => page.locator('#visit-next-date').inputValue();
      const in90 = await date();
      await type(page, '8480-6', 152);
      must(await date() < in90, 'a high pressure brings the next visit nearer by the form’s rule');
      await type(page, '8480-6', 138);
      same(await date(), in90, 'and back');
      await hand.tap(page.locator('.care-bar .big-button'));
      await page.locator('.today-filters').waitFor();
      await page.waitForFunction(() => document.querySelector('.saved-here') && !document.querySelector('.saved-here-wait'));
      console.log(`        a visit of two programmes: ${hand.taps} touches`);
      must(hand.taps <= 6, `a usual visit takes ${hand.taps} touches`);
      const [visit] = [...state.visits.values()];
      same(visit.body.forms.map((form) => `${form.form} ${form.answers.systolic}`).join(), 'hypertension-follow-up 138,diabetes-follow-up 138', 'each form has its answer');
      same(visit.body.forms[0].answers['next-date'], undefined, 'the next date is the programme’s, as long as nobody names one');
      const { weight, smoking, medicines } = visit.body.forms[0].answers;
      same(`${weight} ${smoking} ${medicines}`, '68 2 卡托普利 25 mg', 'what was typed, then what the record says, then what stood there last time');
      same(await row(page, '李国栋').count(), 0, 'who was visited has left the list');

      await row(page, '刘长福').locator('.person-link').tap();
      await type(page, '8480-6', 186);
      await type(page, '8462-4', 112);
      await page.locator('.danger').waitFor();
      await world.shot(page, 'visit-danger-zh-phone', { full: false });
      await world.check(page, 'a dangerous value');
      await page.locator('.care-bar .big-button', { hasText: words('zh', 'visit.saveAndRefer') }).tap();
      await page.locator('.menu-item-on', { hasText: '血压≥180/110' }).waitFor();
      must((await page.locator('textarea').nth(1).inputValue()).includes('186'), 'what was measured now is in the summary');
      await page.locator('.visit-also', { hasText: words('zh', 'refer.consent') }).tap();
      await page.locator('.care-bar .big-button').tap();
      await page.locator('.saved-item', { hasText: words('zh', 'itemKind.referral') }).waitFor();
      await page.waitForFunction(() => document.querySelectorAll('.item-sent').length >= 3);
      const referral = state.referrals[state.referrals.length - 1];
      same(`${referral.urgency} ${referral.to.organization} ${referral.criterion}`, 'urgent H1 hypertension/very-high', 'the referral is as proposed');
    }),
  },
  {
    name: 'with no network: the list opens, a visit is filled in, the page is closed, and it is sent once when the network is back',
    run: (world) => withOwn(world, async (state) => {
      const first = await world.signedIn('village', { size: 'phone' });
      const context = first.context();
      await world.go(first, '/');
      await workerReady(first);
      await first.locator('.for-the-road', { hasText: words('zh', 'today.ready') }).waitFor();
      await context.setOffline(true);
      await first.close();

      // Opened with no network at all.
      const page = await context.newPage();
      page.complaints = [];
      page.setDefaultTimeout(30_000);
      await page.goto(`${world.url}/`);
      await row(page, '张秀芳').locator('.person-link').tap();
      same(await page.locator('[data-key*="weight"] input').inputValue(), '67.5', 'what the record said is on the device too');
      await type(page, '8480-6', 148);
      // The battery dies in the middle of the form.
      await page.waitForTimeout(300);
      await page.close({ runBeforeUnload: false });
      const again = await context.newPage();
      again.setDefaultTimeout(30_000);
      await again.goto(`${world.url}/`);
      await row(again, '张秀芳').locator('.person-link').tap();
      await again.getByText(words('zh', 'visit.restored')).waitFor();
      same(await again.locator('[data-key*="8480-6"] input').inputValue(), '148', 'what was typed is still there');
      await type(again, '8462-4', 92);
      await again.locator('.care-bar .big-button').tap();
      await again.getByText(words('zh', 'saved.waiting', { count: 1 })).waitFor();
      await world.shot(again, 'today-offline-zh-phone', { full: false });
      same(state.visits.size, 0, 'nothing has reached the server');
      await again.close();

      await context.setOffline(false);
      const back = await context.newPage();
      await back.goto(`${world.url}/`);
      await back.getByText(words('zh', 'saved.allSent', { count: 1 })).waitFor();
      same(state.visits.size, 1, 'the visit was sent');
      const [visit] = [...state.visits.values()];
      same(`${visit.body.patient} ${visit.body.forms[0].answers.systolic}`, 'p1 148', 'as it was typed');
      await back.reload();
      await back.locator('.saved-here').waitFor();
      same(state.visits.size, 1, 'once');
    }),
  },
  {
    name: 'an answer that got lost on the way: the visit is sent again and counts once',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('village', { size: 'phone' });
      let lost = 0;
      await page.route('**/api/visits', async (route) => {
        if (lost++ > 0) return route.continue();
        await route.fetch();  // it reaches the server…
        return route.abort();  // …and the answer does not come back
      });
      await world.go(page, '/patients/p4/visit');
      await type(page, '8480-6', 136);
      await type(page, '8462-4', 80);
      await page.locator('.care-bar .big-button').tap();
      await page.getByText(words('zh', 'saved.allSent', { count: 1 })).waitFor();
      must(lost >= 2, 'it was sent again');
      same(state.visits.size, 1, 'it counts once');
    }),
  },
  {
    name: 'somebody else did the visit meanwhile: both stand side by side, and the doctor decides',
    run: (world) => withOwn(world, async (state) => {
      for (const language of languages) {
        const person = language === 'zh' ? 'p1' : 'p6';
        const mine = await world.signedIn('village', { size: 'phone', language });
        await world.go(mine, `/patients/${person}/visit`);
        await type(mine, '8480-6', 158);
        await type(mine, '8462-4', 96);
        const theirs = await world.signedIn('township');
        await world.go(theirs, `/patients/${person}/visit`);
        await type(theirs, '8480-6', 138);
        await type(theirs, '8462-4', 88);
        await theirs.locator('.care-bar .big-button').click();
        await theirs.locator('.saved-here').waitFor();
        await theirs.waitForFunction(() => !document.querySelector('.saved-here-wait'));
        const before = state.visits.size;
        await mine.locator('.care-bar .big-button').tap();
        await mine.getByText(words(language, 'saved.troubled', { count: 1 })).waitFor();
        await mine.locator('.saved-here').tap();
        await mine.locator('.conflict-differs', { hasText: '158' }).waitFor();
        must(await mine.locator('.conflict-differs', { hasText: '158' }).filter({ hasText: '138' }).count() === 1, 'mine and theirs stand in one line');
        await world.check(mine, `conflict ${language}`);
        await world.shot(mine, `conflict-${language}-phone`, { full: false });
        if (language === 'zh') {
          await mine.getByRole('button', { name: words(language, 'saved.keepBoth') }).tap();
          await mine.locator('.item-sent').waitFor();
          same(state.visits.size, before + 1, 'both are kept');
        } else {
          await mine.getByRole('button', { name: words(language, 'saved.keepTheirs') }).tap();
          await mine.locator('.item-set-aside').waitFor();
          same(state.visits.size, before, 'theirs alone holds');
          await mine.getByRole('button', { name: words(language, 'saved.takeBack') }).tap();
          await mine.locator('.conflict').waitFor();
        }
      }
    }),
  },
  {
    name: 'signing out wipes the device, and says first what would be lost',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.page({ size: 'phone' });
      await page.goto(world.url);
      await page.fill('input[name=username]', 'village');
      await page.fill('input[name=password]', 'one-time-1');
      await page.click('button[type=submit]');
      await page.locator('.person').first().waitFor();
      await workerReady(page);
      await page.locator('.for-the-road', { hasText: words('zh', 'today.ready') }).waitFor();
      must((await kept(page)).some((key) => String(key).startsWith('village|form.')), 'the forms are kept');
      await page.context().setOffline(true);
      await row(page, '陈大山').locator('.person-link').tap();
      await type(page, '8480-6', 136);
      await type(page, '8462-4', 80);
      await page.locator('.care-bar .big-button').tap();
      await page.getByText(words('zh', 'saved.waiting', { count: 1 })).waitFor();
      const leave = async () => {
        await page.locator('.header-end button').last().tap();
        await page.getByRole('button', { name: words('zh', 'signin.signOut') }).tap();
      };
      await leave();
      await page.getByText(words('zh', 'saved.leaveTitle', { count: 1 })).waitFor();
      await world.shot(page, 'leave-zh-phone', { full: false });
      await page.getByRole('button', { name: words('zh', 'saved.stay') }).tap();
      await page.context().setOffline(false);
      await page.getByText(words('zh', 'saved.allSent', { count: 1 })).waitFor();
      same(state.visits.size, 1, 'it was sent after all');
      await leave();
      await page.waitForSelector('input[name=username]');
      same((await kept(page)).filter((key) => String(key).startsWith('village|')).join(), '', 'nothing of the doctor is left on the device');
      await page.reload();
      await page.waitForSelector('input[name=username]');
    }),
  },
  {
    name: 'a patient is added with no network, found by initials, and opens once sent',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('village', { size: 'phone' });
      await world.go(page, '/patients');
      await page.locator('.find input').fill('zxf');
      await row(page, '张秀芳').waitFor();
      await page.context().setOffline(true);
      await page.getByRole('link', { name: words('zh', 'patients.add') }).first().tap();
      await page.getByLabel(words('zh', 'newPerson.name')).fill('郑新民');
      await page.getByLabel(words('zh', 'newPerson.idNumber')).fill('11010519491231002X');
      await page.getByText('1949-12-31').waitFor();
      await page.getByRole('button', { name: words('zh', 'newPerson.save') }).tap();
      await page.getByText(words('zh', 'patient.notYetSent')).waitFor();
      await page.context().setOffline(false);
      await page.locator('.way').first().waitFor();
      same(state.added.size, 1, 'added once');
      await world.check(page, 'a new patient');
    }),
  },
  {
    name: 'a specialist sends somebody down: without a plan it is said before sending, with one it arrives',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('specialist');
      await world.go(page, '/patients/p1/refer');
      await page.locator('.care-bar .big-button').click();
      const first = page.locator('.field-fault', { hasText: words('zh', 'refer.needReason') });
      await first.waitFor();
      await page.waitForFunction(() => { const at = document.querySelector('.field-fault').getBoundingClientRect(); return at.top > 0 && at.bottom < innerHeight; });
      await page.getByText('诊断明确、方案确定、血压稳定').click();
      await page.locator('.visit-also', { hasText: words('zh', 'refer.consent') }).click();
      await page.locator('.care-bar .big-button').click();
      await page.locator('.field-fault', { hasText: words('zh', 'verbFault.text') }).waitFor();
      await page.getByLabel(words('zh', 'referral.planText')).fill('每两周量一次血压，继续氨氯地平。');
      await page.getByLabel(words('zh', 'referral.planPathway')).selectOption('hypertension');
      await world.check(page, 'sending somebody down');
      const before = state.referrals.length;
      await page.locator('.care-bar .big-button').click();
      await page.locator('.item-sent').waitFor();
      const referral = state.referrals[before];
      same(`${referral.direction} ${referral.criterion} ${referral.plan.pathway} ${referral.plan.text}`, 'down hypertension/stable hypertension 每两周量一次血压，继续氨氯地平。', 'the plan went along');
    }),
  },
  {
    name: 'the inbox: accept with a slot, decline with a reason, return the result, send down; the township takes over',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('specialist');
      await world.go(page, '/');
      same(await page.locator('.person-name').first().textContent(), '刘长福', 'the emergency stands first');
      const act = async (verb, fill = async () => undefined) => {
        await page.locator('.verb-row').getByRole('button', { name: words('zh', `verb.${verb}`), exact: true }).click();
        await page.locator('.verb-form').waitFor();
        await fill();
        await page.locator('.verb-form .big-button').click();
        await page.locator('.verb-form').waitFor({ state: 'detached' });
      };
      await row(page, '刘长福').locator('.person-link').click();
      await act('accept', async () => {
        await page.getByLabel(words('zh', 'refer.department')).fill('卒中中心');
        await page.getByLabel(words('zh', 'referral.bed')).fill('抢救室 2');
      });
      same(`${state.referrals[1].state} ${state.referrals[1].slot.department}`, 'accepted 卒中中心', 'accepted');
      await act('arrive');
      await act('return-result', () => page.getByLabel(words('zh', 'referral.resultText')).fill('左侧大脑中动脉梗死，静脉溶栓后好转。'));
      await act('send-down', async () => {
        await page.getByLabel(words('zh', 'referral.planText')).fill('抗血小板、他汀；两周后复查血压。');
        await page.getByLabel(words('zh', 'referral.planPathway')).selectOption('hypertension');
      });
      same(state.referrals[1].state, 'sent-down', 'sent down');
      await world.check(page, 'a referral sent down');
      await world.go(page, '/referrals/r3');
      await page.getByRole('button', { name: words('zh', 'verb.decline'), exact: true }).click();
      await page.locator('.verb-form .big-button').click();
      await page.getByText(words('zh', 'verbFault.reason')).waitFor();
      await page.getByText('暂无床位').click();
      await page.locator('.verb-form .big-button').click();
      await page.locator('.verb-form').waitFor({ state: 'detached' });
      same(state.referrals[2].state, 'declined', 'declined');
      await world.go(page, '/consultations/c1');
      await page.getByLabel(words('zh', 'consult.advice')).fill('同意手术。');
      await page.getByRole('button', { name: words('zh', 'consultVerb.opine') }).click();
      await page.locator('.opinion', { hasText: '同意手术。' }).waitFor();
      await page.getByLabel(words('zh', 'consult.conclusionText')).fill('限期胸腔镜右上叶切除。');
      await page.getByRole('button', { name: words('zh', 'consultVerb.conclude') }).click();
      await page.locator('.consult-conclusion').waitFor();

      const township = await world.signedIn('township', { size: 'phone' });
      await world.go(township, '/referrals/r2');
      await township.locator('.verb-row').getByRole('button', { name: words('zh', 'verb.take-over'), exact: true }).tap();
      await township.locator('.verb-form .big-button').tap();
      await township.locator('.verb-form').waitFor({ state: 'detached' });
      same(state.referrals[1].state, 'taken-over', 'taken over');
    }),
  },
  {
    name: 'a notice reaches the open page of whom it is for, and waits for each until he has read it',
    run: (world) => withOwn(world, async (state, own) => {
      own.mock.users.set('colleague', { ...own.mock.users.get('specialist'), user: 'colleague', name: '周主任' });
      world.logins.set('colleague', 'one-time-1');
      // The server's side of the line: it says something once, when there is something to say to this person.
      const listening = async (user) => {
        const page = await world.signedIn(user);
        let say;
        const said = new Promise((resolve) => { say = resolve; });
        let lines = 0;
        await page.route(/\/api\/events/, async (route) => {
          if (lines++ > 0) return route.fulfill({ status: 503, body: '' });
          await said;
          return route.fulfill({ status: 200, contentType: 'text/event-stream', body: 'id: b-1\nevent: t\ndata: {"t":1,"asOf":1}\n\nid: b-2\nevent: notice\ndata: {"id":"n9","kind":"referral:take-over"}\n\n' }).catch(() => undefined);
        });
        await world.go(page, '/inbox?tab=notices');
        return { page, say, fresh: page.locator('.notice-new') };
      };
      const mine = await listening('specialist');
      const theirs = await listening('colleague');
      same(`${await mine.fresh.count()} ${await theirs.fresh.count()}`, '2 2', 'what is everybody’s waits for both');
      state.notices.unshift({ id: 'n9', at: new Date().toISOString(), kind: 'referral:take-over', person: 'specialist', title: { zh: '下级机构已接收患者', en: 'Taken over' }, about: { type: 'referral', id: 'r2' }, patient: { id: 'p6', name: '刘长福' }, read: false });
      mine.say();
      await mine.page.locator('.notice-new', { hasText: '下级机构已接收患者' }).waitFor();
      await mine.page.locator('.inbox-tabs a', { hasText: `${words('zh', 'inboxTab.notices')}3` }).waitFor();
      theirs.say();
      await world.quiet(theirs.page);
      same(await theirs.fresh.count(), 2, 'it is nobody else’s');
      await mine.page.getByRole('button', { name: words('zh', 'inbox.readAll') }).click();
      await mine.fresh.first().waitFor({ state: 'detached' });
      await mine.page.reload();
      await mine.page.locator('.notices').waitFor();
      await world.quiet(mine.page);
      same(await mine.fresh.count(), 0, 'read stays read');
      await theirs.page.reload();
      await theirs.page.locator('.notices').waitFor();
      await world.quiet(theirs.page);
      same(await theirs.fresh.count(), 2, 'and is still news to the other');
    }),
  },
  ...[['zh', 'phone'], ['en', 'desktop']].map(([language, size]) => ({
    name: `a draft that a pathway proposed is sent, ${language}, ${size}`,
    run: (world) => withOwn(world, async (state) => {
      const draft = state.referrals.find((each) => each.id === 'r6');
      const page = await world.signedIn('village', { language, size });
      const criterion = language === 'zh' ? '连续两次随访血压不达标' : 'Not at target at two visits in a row';
      await world.go(page, '/inbox?tab=notices');
      await page.locator('.notice-new', { hasText: criterion }).getByRole('link').click();
      await page.locator('.proposed', { hasText: criterion }).waitFor();
      await page.locator('.facts', { hasText: words(language, 'referral.noReceiver') }).waitFor();
      same(await page.locator('.menu-item-on strong').textContent(), '云岭县人民医院', 'who is suggested is chosen');
      await world.check(page, `a proposed draft ${language} ${size}`);
      await world.shot(page, `draft-${language}-${size}`);
      const note = page.getByLabel(words(language, 'referral.note'));
      const consent = page.getByLabel(words(language, 'refer.consent'));
      await page.locator('.menu-item', { hasText: '云岭县中医院' }).click();
      await note.fill('下周一上午能来');
      await page.locator('.verb-form .big-button', { hasText: words(language, 'refer.sendTo', { to: '云岭县中医院' }) }).click();
      await page.locator('.form-error', { hasText: words(language, 'refer.needConsent') }).waitFor();
      await world.check(page, `without consent ${language} ${size}`);
      await page.evaluate(() => window.scrollTo(0, 0));
      await world.shot(page, `draft-no-consent-${language}-${size}`);
      same(`${draft.state} ${draft.sentAt}`, 'draft null', 'nothing was sent');
      await world.go(page, '/inbox?tab=sent');
      must((await page.locator('.people').first().textContent()).includes('孙凤英'), 'the draft stands at the top of what was sent');
      await world.shot(page, `drafts-${language}-${size}`);
      await row(page, '孙凤英').locator('.person-link').click();
      await page.getByText(words(language, 'common.draftRestored')).waitFor();
      same(`${await note.inputValue()} ${await page.locator('.menu-item-on strong').textContent()}`, '下周一上午能来 云岭县中医院', 'nothing is lost');
      await consent.check();
      await page.locator('.verb-form .big-button').click();
      await page.locator('.proposed').waitFor({ state: 'detached' });
      same(`${draft.state} ${draft.to.organization} ${draft.history[1].note}`, 'sent H2 下周一上午能来', 'it was sent to whom the doctor chose');
      await page.locator('.history', { hasText: words(language, 'verb.propose') }).waitFor();
      await world.check(page, `a draft that was sent ${language} ${size}`);
      await world.shot(page, `draft-sent-${language}-${size}`);
    }),
  })),
  {
    name: 'a draft that a pathway proposed is not needed: dropped with a reason',
    run: (world) => withOwn(world, async (state) => {
      const draft = state.referrals.find((each) => each.id === 'r6');
      const page = await world.signedIn('township', { size: 'phone' });
      await world.go(page, '/referrals/r6');
      await page.locator('.verb-row').getByRole('button', { name: words('zh', 'verb.do-not-refer'), exact: true }).tap();
      await page.locator('.verb-form .big-button').tap();
      await page.getByText(words('zh', 'verbFault.reasonOrNote')).waitFor();
      same(await page.getByRole('button', { name: words('zh', 'referral.sendAfterAll') }).count(), 1, 'and a way back');
      await page.getByText('患者不去').tap();
      await world.check(page, 'do not refer');
      await world.shot(page, 'draft-drop-zh-phone');
      await page.locator('.verb-form .big-button').tap();
      await page.locator('.history', { hasText: '患者不去' }).waitFor();
      same(`${draft.state} ${draft.to.organization}`, 'withdrawn ', 'it is dropped');
      await world.check(page, 'a dropped draft');
    }),
  },
  {
    name: 'a consultation at an hour says where; only an https address is a link',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('specialist', { size: 'phone' });
      await world.go(page, '/patients/p9/consult');
      same(await page.getByLabel(words('zh', 'consult.meeting')).count(), 0, 'in writing nobody meets');
      await page.getByRole('radio', { name: words('zh', 'consultKind.scheduled') }).tap();
      await page.getByLabel(words('zh', 'consult.when')).fill('2030-05-01T09:30');
      await page.locator('textarea').first().fill('是否减量？');
      await page.locator('.visit-also', { hasText: words('zh', 'consult.aboutNone') }).tap();
      await page.locator('.visit-also', { hasText: '云岭县中医院' }).tap();
      const where = page.getByLabel(words('zh', 'consult.meeting'));
      await where.fill('会'.repeat(101));
      await page.getByText(words('zh', 'consult.meetingTooLong')).waitFor();
      await world.check(page, 'too long');
      await page.locator('.care-bar .big-button').tap();
      same(state.consultations.length, 2, 'what is too long is not sent');
      await where.fill(' 门诊楼二楼会诊室 ');
      await world.shot(page, 'consult-scheduled-zh-phone');
      await page.locator('.care-bar .big-button').tap();
      await page.locator('.consult-meeting', { hasText: '门诊楼二楼会诊室' }).waitFor();
      same(await page.locator('.consult-meeting a').count(), 0, 'a room is text');
      same(state.consultations[2].meeting, '门诊楼二楼会诊室', 'sent as it was meant');
      for (const language of languages) {
        const other = await world.signedIn('specialist', { size: 'phone', language });
        await world.go(other, '/consultations/c2');
        const link = other.locator('.consult-meeting a');
        same(`${await link.getAttribute('href')} ${await link.getAttribute('target')} ${await link.getAttribute('rel')}`, 'https://meet.example.cn/j/8613920 _blank noopener noreferrer', 'the address opens apart');
        await world.check(other, `a meeting ${language}`);
        await world.shot(other, `meeting-${language}-phone`);
      }
    }),
  },
  {
    name: 'the referral letter on paper',
    run: (world) => withOwn(world, async () => {
      for (const language of languages) {
        const page = await world.signedIn('specialist', { language });
        await world.go(page, '/referrals/r5');
        await page.setViewportSize({ width: 703, height: 994 });
        await page.emulateMedia({ media: 'print' });
        must(await page.locator('.letter').isVisible(), 'the letter is on paper');
        same(await page.locator('.person-head').isVisible(), false, 'the page is not');
        must((await page.locator('.letter').textContent()).includes('胸腔镜'), 'with the result');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        must(wide <= 1, `the letter is ${wide} px wider than the paper`);
        await world.shot(page, `letter-${language}`);
      }
    }),
  },
  ...languages.flatMap((language) => Object.keys(sizes).map((size) => ({
    name: `a programme: who left, who is behind by township and village, its measures, ${language}, ${size}`,
    run: (world) => withOwn(world, async () => {
      const page = await world.signedIn('director', { language, size });
      await world.go(page, '/programmes?pathway=hypertension');
      const left = await page.locator('.funnel-left').first().textContent();
      must(left.includes('106') && left.includes(language === 'zh' ? '失访 27' : 'Lost to follow-up 27'), `who left and by which exit: ${left}`);
      const township = page.locator('.row-toggle', { hasText: '青石镇卫生院' });
      same(await township.getAttribute('aria-expanded'), 'false', 'a township is one row');
      await township.focus();
      await page.keyboard.press('Enter');
      same(await page.locator('.row-below').count(), 4, 'its own people and its three villages');
      must((await page.locator('.row-below', { hasText: '上河村卫生室' }).textContent()).includes('何医生'), 'with the names of the doctors');
      const measures = page.getByRole('region', { name: words(language, 'programmes.measures') });
      same(await measures.locator('tbody tr').count(), 4, 'every measure of the programme');
      const young = measures.locator('tbody tr', { hasText: language === 'zh' ? '规范管理率' : 'as the standard says' });
      must(/20\d\d.*(季度|Q)|Q\d 20/.test(await young.textContent()), 'what the year has no value of is of the newest quarter');
      must((await measures.locator('tbody th a').first().getAttribute('href')).startsWith('/measures?period=2025&m=hypertension-controlled-share'), 'and opens in the measures');
      await world.check(page, `a programme ${language} ${size}`);
      await page.evaluate(() => window.scrollTo(0, 0));
      await world.shot(page, `programme-open-${language}-${size}`);
      await township.click();
      same(await page.locator('.row-below').count(), 0, 'and closes');
    }),
  }))),
  {
    name: 'a manager opens the numbers of a programme to their people',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('manager');
      const opens = async (locator, title) => {
        await locator.click();
        await page.locator('.ant-drawer-body .person').first().waitFor();
        same(await page.locator('.side-sheet-h').textContent(), title, 'the people of what was pressed');
        return page.locator('.ant-drawer-body');
      };
      await world.go(page, '/programmes?pathway=hypertension');
      let sheet = await opens(page.locator('.funnel-more a[href*="waiting"]').first(), '高血压 · 还没有纳入');
      await page.goBack();
      await sheet.waitFor({ state: 'detached' });
      sheet = await opens(page.locator('.funnel-more a[href*="overdue"]').first(), '高血压 · 规范管理 · 逾期');
      same(await sheet.locator('.person').count(), 2, 'who is overdue in a stage');
      await world.check(page, 'people of a stage');
      // Who they are is behind a reason, and goes away again.
      const first = sheet.locator('.person').first();
      must((await first.textContent()).includes('张**'), 'a manager sees no names');
      await first.getByRole('button', { name: words('zh', 'unmask.show') }).click();
      await first.getByRole('button', { name: words('zh', 'unmask.show') }).click();
      await first.getByText(words('zh', 'unmask.needReason')).waitFor();
      await world.check(page, 'a name without a reason');
      await first.getByLabel(words('zh', 'unmask.reason')).fill('家属投诉，需要核对');
      await page.keyboard.press('Enter');
      await first.getByText('张秀芳').waitFor();
      await world.check(page, 'a name that is shown');
      await world.shot(page, 'unmask-zh-desktop', { full: false });
      same(state.unmasked.join(), 'manager,p1,家属投诉，需要核对', 'the server was told why');
      await first.getByRole('button', { name: words('zh', 'unmask.hide') }).click();
      same(await first.getByText('张秀芳').count(), 0, 'and it is hidden again');
      await page.goBack();
      await sheet.waitFor({ state: 'detached' });
      await page.locator('.row-toggle', { hasText: '青石镇卫生院' }).click();
      await opens(page.locator('.row-below', { hasText: '上河村卫生室' }).locator('a'), '高血压 · 逾期 · 上河村卫生室');
      await page.goBack();
      await opens(page.locator('.funnel-number a').first(), '高血压 · 已筛查');
      await page.goBack();
      sheet = await opens(page.locator('.funnel-number a').nth(2), '高血压 · 已纳入管理');
      await sheet.getByText(words('zh', 'programmes.onlyFirst', { shown: 7 })).waitFor();
      await page.goBack();
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV' }).click();
      const lines = readFileSync(await (await saved).path(), 'utf8').trim().split('\r\n');
      same(lines.length, 10, 'the file has a line for every institution');
      same(lines[2], '青石镇卫生院,上河村卫生室,何医生、钱医生,212,61,0.28773584905660377', 'with its township and doctors');

      await world.go(page, '/programmes?pathway=diabetes');
      await page.getByText(words('zh', 'programmes.nobodyBehind')).waitFor();
      same(await page.getByRole('region', { name: words('zh', 'programmes.measures') }).count(), 0, 'no panel without measures');
      const township = await world.signedIn('director');
      await world.go(township, '/programmes?pathway=hypertension&org=T2');
      same(await township.locator('.row-below').count(), 2, 'one township alone stands open');
    }),
  },
  {
    name: 'a photo goes with a consultation: from the telephone, made smaller there, opened large by the expert',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('village', { size: 'phone' });
      await world.go(page, '/patients/p9/consult');
      must(await page.getByRole('button', { name: words('zh', 'files.camera') }).isVisible(), 'a telephone offers its camera');
      await page.getByLabel(words('zh', 'consult.question')).last().fill('心电图如图，是否需要转上级医院？');
      await page.locator('.visit-also', { hasText: '云岭县人民医院' }).tap();
      await choose(page, await picture(page, 'IMG_20260105_101112.png', 3000, 2000), await picture(page, '左足背.png', 600, 400));
      await page.locator('.chosen-file .text-input').nth(1).waitFor();
      const names = await page.locator('.chosen-file .text-input').evaluateAll((fields) => fields.map((field) => field.value).join());
      must(/^照片 \d+[^,]*,左足背$/.test(names), `a camera's name becomes the day, another stays: ${names}`);
      await page.locator('.add-files').evaluate((each) => each.scrollIntoView({ block: 'center' }));
      await world.shot(page, 'files-camera-zh-phone', { full: false });
      await page.locator('.care-bar .big-button').tap();
      await page.locator('.form-error', { hasText: words('zh', 'files.waiting', { count: 2 }) }).waitFor();
      same(state.consultations.length, 2, 'nothing is sent while files wait');
      await world.check(page, 'files that wait');
      await world.shot(page, 'files-waiting-zh-phone');
      await page.locator('.chosen-file .text-input').first().fill('心电图 V1–V6');
      await page.getByRole('button', { name: words('zh', 'files.upload', { count: 2 }) }).tap();
      await page.locator('.visit-also .thumb').nth(1).waitFor();
      await page.locator('.chosen-file').first().waitFor({ state: 'detached' });
      await page.waitForFunction(() => [...document.querySelectorAll('.thumb img')].every((each) => each.complete && each.naturalWidth > 0));
      must(await page.locator('.visit-also', { hasText: '心电图 V1–V6' }).locator('input').isChecked(), 'what was added goes along');
      same(await page.getByLabel(words('zh', 'consult.question')).last().inputValue(), '心电图如图，是否需要转上级医院？', 'nothing typed is lost');
      await world.check(page, 'files that go along');
      await world.shot(page, 'files-sent-zh-phone');
      await page.locator('.care-bar .big-button').tap();
      await page.locator('.attached-picture').nth(1).waitFor();
      await world.check(page, 'a consultation with photos');
      await world.shot(page, 'consultation-photos-zh-phone');
      await page.locator('.attached-picture').first().tap();
      await page.locator('.picture-frame img').waitFor();
      await world.settle(page);
      await world.check(page, 'a photo on the telephone');
      await world.shot(page, 'photo-zh-phone', { full: false });
      same(state.consultations[2].attachments.length, 4, 'both, and what the record had');
      same([...state.documents.values()].map((each) => `${each.title} ${each.contentType}`).join(), '心电图 V1–V6 image/jpeg,左足背 image/png', 'a large photo is made smaller, a small one stays as it is');

      const expert = await world.signedIn('specialist', { language: 'en' });
      await world.go(expert, '/consultations/c3');
      const first = expert.getByRole('button', { name: '心电图 V1–V6' });
      await first.waitFor();
      await world.check(expert, 'an expert’s consultation with photos');
      await world.shot(expert, 'consultation-photos-en-desktop');
      await first.focus();
      await expert.keyboard.press('Enter');
      const large = expert.getByRole('dialog').locator('img');
      const title = expert.locator('.side-sheet-h');
      await large.waitFor();
      await expert.waitForFunction(() => document.querySelector('.picture-frame img')?.naturalWidth > 0);
      same(await large.evaluate((each) => `${each.naturalWidth} ${each.naturalHeight} ${each.alt}`), '2000 1333 心电图 V1–V6', 'it opens as large as it came');
      await world.settle(expert);
      await world.check(expert, 'a photo opened large');
      await world.shot(expert, 'photo-en-desktop', { full: false });
      await expert.keyboard.press('ArrowRight');
      same(await title.textContent(), '左足背', 'the arrow keys go on');
      await expert.keyboard.press('ArrowRight');
      await expert.getByText(words('en', 'files.nth', { nth: 2, all: 2 })).waitFor();
      await expert.keyboard.press('ArrowLeft');
      same(await title.textContent(), '心电图 V1–V6', 'and back');
      await expert.keyboard.press('Escape');
      await large.waitFor({ state: 'detached' });
      await expert.waitForFunction(() => document.activeElement?.className === 'attached-picture');
      await workerReady(expert);
      const cached = await expert.evaluate(async () => {
        const names = await caches.keys();
        return (await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map((each) => each.url)))).flat().filter((each) => each.includes('/api/'));
      });
      same(cached.join(), '', 'no document stays in the browser’s cache of the page');
      await world.go(expert, '/patients/p9');
      const pdf = expert.getByRole('link', { name: 'Discharge summary' });
      same(`${await pdf.getAttribute('href')} ${await pdf.getAttribute('target')} ${await pdf.getAttribute('rel')}`, '/api/documents/d2 _blank noopener noreferrer', 'a PDF opens apart');
      same(await expert.locator('.attached-picture').count(), 2, 'the photos stand in the record');
      same(await expert.getByRole('button', { name: words('en', 'files.camera') }).isVisible(), false, 'a desktop offers no camera');
      await world.check(expert, 'a record with photos');
      await world.shot(expert, 'patient-photos-en-desktop');
    }),
  },
  {
    name: 'files that cannot go are said so; without a network they wait on the device and are sent once',
    run: (world) => withOwn(world, async (state) => {
      const page = await world.signedIn('village', { size: 'phone' });
      await world.go(page, '/patients/p1');
      await workerReady(page);
      const fault = (name, words_) => page.locator('.chosen-file', { hasText: name }).locator('.field-fault', { hasText: words_ }).waitFor();
      await choose(page, { name: '小结.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('PK\x03\x04 no picture') }, { name: '化验.pdf', mimeType: 'application/pdf', buffer: Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(10 * 1024 * 1024)]) },
        { name: '空.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) }, { name: '坏.png', mimeType: 'image/png', buffer: Buffer.from('\x89PNG\r\n\x1a\nbroken', 'latin1') });
      await fault('小结.jpg', words('zh', 'fileFault.type'));
      await fault('化验.pdf', words('zh', 'fileFault.tooLarge', { count: 10 }));
      await fault('空.pdf', words('zh', 'fileFault.empty'));
      await fault('坏.png', words('zh', 'fileFault.unreadable'));
      same(await page.locator('.add-files-send').count(), 0, 'what cannot go is not offered');
      await world.check(page, 'files that cannot go');
      await world.shot(page, 'files-refused-zh-phone');
      for (let left = 4; left > 0; left--) await page.locator('.chosen-file-ways').first().getByRole('button').tap();
      same(state.documents.size, 0, 'nothing was sent');

      await choose(page, await picture(page, '血压计.png', 400, 300));
      await page.locator('.chosen-file .text-input').waitFor();
      await page.context().setOffline(true);
      const upload = page.locator('.add-files-send');
      await upload.tap();
      await page.getByText(words('zh', 'files.noNetwork')).waitFor();
      await world.check(page, 'a file that waits for a network');
      await page.locator('.chosen-file').scrollIntoViewIfNeeded();
      await world.shot(page, 'files-offline-zh-phone', { full: false });
      await page.locator('.chosen-file .text-input').fill('家里的血压计');
      await page.locator('.chosen-file .text-input').blur();
      await page.reload();
      await page.locator('.chosen-file .text-input').waitFor();
      same(await page.locator('.chosen-file .text-input').inputValue(), '家里的血压计', 'it is still there after the page was closed, with its name');
      await page.context().setOffline(false);

      let held = true;
      let lost = 0;
      await page.route('**/documents?*', async (route) => {
        if (held) return;   // the line stands still
        if (lost++ > 0) return route.continue();
        await route.fetch();   // it arrives, the answer does not
        await route.abort('connectionreset');
      });
      await upload.tap();
      await page.getByRole('progressbar').waitFor();
      await world.check(page, 'a file on its way');
      held = false;
      await page.getByRole('button', { name: words('zh', 'files.cancelOf', { title: '家里的血压计' }) }).tap();
      await upload.tap();
      const again = page.getByRole('button', { name: words('zh', 'files.againOf', { title: '家里的血压计' }) });
      await again.waitFor();
      same(state.documents.size, 1, 'the server has it');
      await again.tap();
      await page.locator('.attached-picture', { hasText: '家里的血压计' }).waitFor();
      same(`${state.documents.size} ${await page.locator('.chosen-file').count()}`, '1 0', 'sent again it is the same document');
      await world.check(page, 'a record with a photo');
      must(!(await kept(page)).some((key) => key.includes('draft.file')), 'nothing of it stays behind on the device');

      await world.go(page, '/patients/p1/refer');
      await page.locator('.visit-also', { hasText: '家里的血压计' }).waitFor();
      await choose(page, await picture(page, '药盒.png', 400, 300));
      await upload.tap();
      await page.locator('.visit-also', { hasText: '药盒' }).waitFor();
      await page.getByLabel(words('zh', 'refer.reasonText')).fill('血压不降');
      await page.locator('.visit-also', { hasText: words('zh', 'refer.consent') }).tap();
      await page.locator('.visit-also', { hasText: '家里的血压计' }).tap();
      await world.check(page, 'a referral with a photo');
      await world.shot(page, 'refer-photo-zh-phone');
      await page.locator('.care-bar .big-button').tap();
      await page.locator('.item-sent').waitFor();
      const [document] = [...state.documents.values()].slice(1);
      same(state.referrals[state.referrals.length - 1].attachments.map((each) => each.reference).join(), `DocumentReference/${document.id},DocumentReference/d1`, 'what is ticked goes along');
    }),
  },
];
