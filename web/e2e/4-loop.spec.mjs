// The loop: approve an action, see it in its history, take a step back, two people at once, nothing typed is lost.
import { must, newPassword, same, words } from './support.mjs';

const gapWithMenu = async (world, page) => {
  const { body: { gaps } } = await world.api(page, '/api/gaps?closed=0');
  for (const gap of gaps) {
    const { body: { types } } = await world.api(page, `/api/action-types?measure=${gap.measure}`);
    if (gap.state !== 'closed' && types.length > 0) return gap;
  }
  throw new Error('no open gap has a menu of actions');
};

const countyCode = async (world, page) => {
  await world.go(page, '/');
  return (await world.api(page, '/api/county')).body.code;
};

export const tests = [
  {
    name: 'did it work: the verdict, and intervals of all actions over one labelled scale that holds them',
    needs: (world) => (world.isMock ? 'only with the planted stories of a real demonstration' : ''),
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/gaps/gap-inpatient-in-county-share-' + (await countyCode(world, page)));
      const views = page.locator('.comparison');
      must((await views.count()) >= 2, 'there are comparisons to look at');
      await page.locator('.action-card').getByText(words('zh', 'verdictLong.worked')).waitFor();
      const axes = await page.locator('.interval-ticks').evaluateAll((all) => all.map((axis) => axis.textContent));
      same(new Set(axes).size, 1, `one scale within a gap: ${axes.join(' / ')}`);
      must(axes[0].includes('0') && /[+]\d/.test(axes[0]), `the scale is labelled: ${axes[0]}`);
      same(await page.locator('.interval-sides').first().getByText(words('zh', 'comparison.better')).count(), 1, 'its ends say what is better');
      // Every dot and line lies inside its picture.
      const outside = await page.locator('.interval-picture svg').evaluateAll((all) => all.flatMap((svg) => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('circle, .interval-line line')].filter((each) => {
          const box = each.getBoundingClientRect();
          return box.left < frame.left - 6 || box.right > frame.right + 6;
        });
      }).length);
      same(outside, 0, 'marks outside the scale');
      // With nothing to compare with, no effect is claimed.
      for (const view of await views.all()) {
        const peers = await view.locator('.interval-other').count();
        const effect = await view.locator('.interval-effect').count();
        same(effect, peers, 'an effect stands only beside what it is compared with');
      }
    },
  },
  {
    name: 'an action is approved from the menu; a reload in between loses nothing; history shows it',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      const gap = await gapWithMenu(world, page);
      await world.go(page, `/gaps/${encodeURIComponent(gap.id)}`);
      const before = await page.locator('.action-card').count();
      await page.getByRole('button', { name: words('zh', 'action.approve') }).click();
      await page.locator('.menu-item').first().waitFor();
      const note = `浏览器测试 ${Date.now()}`;
      const owner = page.getByLabel(words('zh', 'action.owner'), { exact: true });
      await owner.fill('张副院长');
      await page.getByRole('textbox', { name: words('zh', 'action.note'), exact: true }).fill(note);
      await page.reload();
      await page.locator('.menu-item').first().waitFor();
      same(await page.getByLabel(words('zh', 'action.owner'), { exact: true }).inputValue(), '张副院长', 'the owner is still there after a reload');
      await world.check(page, 'approve');
      await page.getByRole('button', { name: words('zh', 'action.approveNow'), exact: true }).click();
      await page.locator('.toast').waitFor();
      await page.waitForFunction((count) => document.querySelectorAll('.action-card').length === count, before + 1);
      const card = page.locator('.action-card').filter({ hasText: note });
      await card.waitFor();
      await card.locator('details').last().locator('summary').click();
      await card.locator('.history').getByText(world.user).first().waitFor();
      await world.check(page, 'gap with an action');
      await world.go(page, '/gaps?tab=actions');
      await page.getByText(note).first().waitFor();
    },
  },
  {
    name: 'an action that cannot be is told field by field; two presses approve it once; giving it up needs a word',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      const gap = await gapWithMenu(world, page);
      await world.go(page, `/gaps/${encodeURIComponent(gap.id)}?approve=1`);
      await page.locator('.menu-item').first().waitFor();
      const before = await page.locator('.action-card').count();
      const sheet = page.locator('.side-sheet');
      const owner = sheet.getByLabel(words('zh', 'action.owner'), { exact: true });
      const approve = sheet.getByRole('button', { name: words('zh', 'action.approveNow'), exact: true });
      await owner.fill('  ');
      await sheet.locator('input[name=dueOn]').fill('2020-01-31');
      await sheet.locator('input[name=expected]').fill('八成');
      await approve.click();
      for (const fault of ['noOwner', 'duePast', 'expectedBad']) await sheet.getByText(words('zh', `actionFault.${fault}`)).waitFor();
      same(await page.evaluate(() => document.activeElement.name), 'owner', 'the first wrong field has the focus');
      await world.check(page, 'an action that cannot be');
      await world.shot(page, 'approve-faults-zh-desktop', { full: false });
      const note = `只批一次 ${Date.now()}`;
      await owner.fill('孙主任');
      await sheet.locator('input[name=dueOn]').fill('2099-01-31');
      await sheet.locator('input[name=expected]').fill('85');
      await sheet.getByRole('textbox', { name: words('zh', 'action.note'), exact: true }).fill(note);
      same(await sheet.locator('.field-fault').count(), 0, 'nothing is wrong any more');
      await approve.dblclick();
      await sheet.waitFor({ state: 'detached' });
      await world.settle(page);
      const { body: now } = await world.api(page, `/api/gaps/${encodeURIComponent(gap.id)}`);
      same(now.actions.filter((action) => action.note === note).length, 1, 'two presses approved one action');
      same(await page.locator('.action-card').count(), before + 1, 'one card more');
      const card = page.locator('.action-card').filter({ hasText: note });
      await card.getByRole('button', { name: words('zh', 'actionStep.cancelled'), exact: true }).click();
      await card.getByText(words('zh', 'action.sayWhy')).waitFor();
      same(await card.locator('.action-card-head').getByText(words('zh', 'actionStatus.accepted')).count(), 1, 'nothing was given up yet');
      await card.locator('.steps input').fill('经费没有批下来');
      await card.getByRole('button', { name: words('zh', 'actionStep.cancelled'), exact: true }).click();
      await card.locator('.action-card-head').getByText(words('zh', 'actionStatus.cancelled')).waitFor();
    },
  },
  {
    name: 'a status is changed with a word, undone, and a change of somebody else is told',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      const { body: { actions } } = await world.api(page, '/api/actions?ended=0');
      const action = actions.find((each) => each.status === 'accepted' && each.owner === '张副院长');
      must(action, 'the approved action is there');
      await world.go(page, `/gaps/${encodeURIComponent(action.gapId)}`);
      const card = page.locator('.action-card').filter({ hasText: action.note });
      await card.locator('.steps input').fill('先开一次会');
      await card.getByRole('button', { name: words('zh', 'actionStep.in-progress'), exact: true }).click();
      await card.getByText(words('zh', 'actionStatus.in-progress')).first().waitFor();
      await page.locator('.toast').getByRole('button', { name: words('zh', 'common.undo') }).click();
      await card.locator('.action-card-head').getByText(words('zh', 'actionStatus.accepted')).waitFor();
      const { body: now } = await world.api(page, `/api/gaps/${encodeURIComponent(action.gapId)}`);
      const history = now.actions.find((each) => each.id === action.id).history;
      must(history.some((event) => event.note === '先开一次会'), 'the word stands in the history');
      must(history.length >= 3, 'each step stands in the history');
      // Somebody else is faster.
      const fresh = now.actions.find((each) => each.id === action.id);
      const changed = await world.api(page, `/api/actions/${encodeURIComponent(action.id)}`, { method: 'PATCH', body: { note: '别处', version: fresh.version } });
      same(changed.status, 200, 'the other change');
      await card.locator('.steps input').fill('我的说明');
      await card.getByRole('button', { name: words('zh', 'actionStep.in-progress'), exact: true }).click();
      await card.locator('.form-error').waitFor();
      same(await card.locator('.steps input').inputValue(), '我的说明', 'what was typed stays');
      await world.settle(page);
      await card.getByRole('button', { name: words('zh', 'actionStep.in-progress'), exact: true }).click();
      await card.locator('.action-card-head').getByText(words('zh', 'actionStatus.in-progress')).waitFor();
    },
  },
  {
    name: 'an ended session asks again above the page; place and typing stay',
    run: async (world) => {
      const page = await world.page();
      await world.go(page, '/');
      await page.fill('input[name=username]', world.user);
      await page.fill('input[name=password]', newPassword);
      await page.click('button[type=submit]');
      await page.waitForSelector('.header');
      const gap = await gapWithMenu(world, page);
      await world.go(page, `/gaps/${encodeURIComponent(gap.id)}?approve=1`);
      await page.locator('.menu-item').first().waitFor();
      await page.getByRole('textbox', { name: words('zh', 'action.note'), exact: true }).fill('还没有写完');
      await page.context().clearCookies();
      await page.getByLabel(words('zh', 'action.owner'), { exact: true }).fill('李主任');
      await page.getByRole('button', { name: words('zh', 'action.approveNow'), exact: true }).click();
      const dialog = page.locator('.return-dialog');
      await dialog.waitFor();
      await world.check(page, 'ended session');
      await world.shot(page, 'session-ended-zh-desktop', { full: false });
      same(await page.evaluate(() => document.activeElement.name), 'password', 'the password is asked for');
      await page.keyboard.type(newPassword);
      await dialog.locator('button[type=submit]').click();
      await dialog.waitFor({ state: 'detached' });
      same(await page.getByRole('textbox', { name: words('zh', 'action.note'), exact: true }).inputValue(), '还没有写完', 'the note is still there');
      must(page.url().includes('approve=1'), 'the place is the same');
      same(await page.locator('.form-error').count(), 0, 'nothing is told that is over');
    },
  },
  {
    name: 'a lost line is told and comes back by itself',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      await world.go(page, '/');
      await page.context().setOffline(true);
      await page.getByRole('link', { name: words('zh', 'nav.leak') }).first().click();
      await page.locator('.offline').waitFor();
      await page.context().setOffline(false);
      await page.locator('.offline').waitFor({ state: 'detached' });
      await page.locator('.table-frame').first().waitFor();
    },
  },
  {
    name: 'a lost line that comes back haltingly costs nothing but time',
    run: async (world) => {
      const page = await world.signedIn(world.user);
      let refused = 0;
      await page.route(/LeakPage/, (route) => (++refused <= 2 ? route.abort('internetdisconnected') : route.continue()));
      await world.go(page, '/');
      await page.getByRole('link', { name: words('zh', 'nav.leak') }).first().click();
      await page.getByRole('heading', { name: words('zh', 'nav.leak'), level: 1 }).waitFor();
      await page.locator('.table-frame').first().waitFor();
      must(refused > 2, 'the part was asked for until it came');
    },
  },
  {
    name: 'an answer that fails is told in the language, and another try brings it',
    run: async (world) => {
      const page = await world.signedIn(world.user, { language: 'en' });
      let broken = true;
      await page.route('**/api/leak?*', (route) => (broken
        ? route.fulfill({ status: 500, contentType: 'application/json', body: '{"error":{"category":"fault","code":"disk","zh":"磁盘坏了","en":"The disk is broken."}}' })
        : route.continue()));
      await world.go(page, '/leak');
      await page.getByText('The disk is broken.').waitFor();
      await world.check(page, 'failed answer');
      await world.shot(page, 'failed-answer-en-desktop', { full: false });
      broken = false;
      await page.getByRole('button', { name: words('en', 'state.retry') }).click();
      await page.locator('.table-frame').first().waitFor();
    },
  },
];
