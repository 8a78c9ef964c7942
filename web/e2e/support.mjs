// What the browser tests share: the browser, signing in once a user, and the checks that every page must pass.
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const languages = ['zh', 'en'];
export const sizes = { desktop: { width: 1366, height: 768 }, phone: { width: 360, height: 740 } };
export const newPassword = process.env.QIANXIAN_NEW_PASSWORD ?? 'Langtao-2025-hai';

// Long enough for a busy machine; nothing waits that long when all is well.
const patience = 60_000;

// On a picture of a whole page the telephone's navigation lies at its end, not across its middle.
const wholePage = '@media screen and (max-width: 760px) { .shell { position: relative } .top, .care-bar { position: static !important } .navigation { position: absolute !important } }';

export class Failure extends Error {}
export function must(condition, words) {
  if (!condition) throw new Failure(words);
}
export function same(actual, expected, words) {
  must(actual === expected, `${words}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

const catalogues = Object.fromEntries(languages.map((language) => [language, JSON.parse(readFileSync(new URL(`../src/i18n/${language}.json`, import.meta.url), 'utf8'))]));
const keys = new Set(Object.values(catalogues).flatMap((catalogue) =>
  Object.entries(catalogue).flatMap(([space, texts]) => Object.keys(texts).map((key) => `${space}.${key.replace(/_(one|other)$/, '')}`))));

// The words of the page in a language, so that a test finds what a user reads.
export function words(language, key, values = {}) {
  const [space, name] = key.split('.');
  const found = catalogues[language][space]?.[name] ?? catalogues[language][space]?.[`${name}_${values.count === 1 ? 'one' : 'other'}`];
  must(found !== undefined, `the catalogue has no ${key}`);
  return found.replace(/\{\{(\w+)\}\}/g, (_, value) => String(values[value] ?? ''));
}

// Asks the server, as whoever is signed in, until its answer is as wanted. waitForFunction does not wait for a promise: it takes it for "yes".
export async function untilAnswer(page, address, isWanted) {
  for (const end = Date.now() + 30_000; ;) {
    const answer = await page.evaluate(async (from) => (await fetch(from)).json(), address);
    if (isWanted(answer)) return answer;
    must(Date.now() < end, `the server's answer to ${address} did not become what was waited for: ${JSON.stringify(answer).slice(0, 300)}`);
  }
}

export async function startBrowser() {
  return chromium.launch({
    executablePath: process.env.QIANXIAN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'],
  });
}

export class World {
  constructor({ url, browser, logins, isMock }) {
    Object.assign(this, { url, browser, logins, isMock });
    this.states = new Map();
    this.contexts = [];
    this.shots = process.env.QIANXIAN_SCREENSHOTS ?? '';
    if (this.shots) mkdirSync(this.shots, { recursive: true });
  }

  async context({ language = 'zh', size = 'desktop', state } = {}) {
    const context = await this.browser.newContext({
      viewport: sizes[size], deviceScaleFactor: size === 'phone' ? 2 : 1, hasTouch: size === 'phone', storageState: state, acceptDownloads: true,
      locale: language === 'zh' ? 'zh-CN' : 'en-GB', reducedMotion: 'reduce', timezoneId: 'Asia/Shanghai',
    });
    await context.addInitScript((chosen) => {
      if (!sessionStorage.getItem('e2e-language')) {
        localStorage.setItem('qianxian.language', chosen);
        sessionStorage.setItem('e2e-language', chosen);
      }
    }, language);
    this.contexts.push(context);
    return context;
  }

  async page(options) {
    const context = await this.context(options);
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.complaints = [];
    page.asking = new Set();
    page.on('request', (request) => { if (request.resourceType() !== 'eventsource') page.asking.add(request); });
    for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => page.asking.delete(request));
    page.on('framenavigated', (frame) => { if (frame === page.mainFrame()) for (const request of page.asking) if (request.isNavigationRequest()) page.asking.delete(request); });
    page.on('pageerror', (error) => page.complaints.push(`error on the page: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      // The browser itself writes a line for every answer above 399; tests that ask for such an answer look at the page instead.
      if (/Failed to load resource/.test(message.text())) page.refused = (page.refused ?? 0) + 1;
      else page.complaints.push(`console: ${message.text()}`);
    });
    return page;
  }

  // A page of a signed-in user; the one-time password is changed at the first use.
  async signedIn(user, options = {}) {
    if (!this.states.has(user)) this.states.set(user, await this.signIn(user));
    const page = await this.page({ ...options, state: this.states.get(user) });
    page.user = user;
    return page;
  }

  async signIn(user) {
    const page = await this.page();
    await page.goto(this.url);
    const tryWith = async (password) => {
      await page.fill('input[name=username]', user);
      await page.fill('input[name=password]', password);
      await page.click('button[type=submit]');
      await page.waitForFunction(() => document.querySelector('.header, input[name=new], .form-error'));
      return page.locator('.form-error').count().then((count) => count === 0);
    };
    const given = this.logins.get(user);
    must(given, `no password for ${user}: give QIANXIAN_LOGINS or QIANXIAN_USER and QIANXIAN_PASSWORD`);
    const known = (await tryWith(given)) || (await tryWith(newPassword));
    must(known, `${user} could not sign in`);
    if (await page.locator('input[name=new]').count()) {
      await page.fill('input[name=current]', given);
      await page.fill('input[name=new]', newPassword);
      await page.fill('input[name=again]', newPassword);
      await page.click('button[type=submit]');
      await page.waitForSelector('.header');
      this.logins.set(user, newPassword);
    }
    const state = await page.context().storageState();
    await page.context().close();
    return state;
  }

  async go(page, path) {
    await page.goto(this.url + path);
    await this.settle(page);
  }

  // Nothing is loading any more and what is shown stands still.
  async settle(page) {
    await page.waitForFunction(() => document.querySelector('main, .entry') && !document.querySelector('.loading, [aria-busy=true]'));
    await this.quiet(page);
    await page.evaluate(() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))));
  }

  // Nothing is asked of the server for a moment; the stream of events stays open and does not count.
  async quiet(page) {
    if (!page.asking) return void await page.waitForLoadState('networkidle');
    let since = Date.now();
    for (const until = since + patience; Date.now() - since < 400;) {
      if (page.asking.size > 0) since = Date.now();
      if (Date.now() > until) throw new Failure(`${page.url()} waits on and on for ${[...page.asking].slice(0, 8).map((request) => request.url()).join(', ')}`);
      // A page that is just leaving is not quiet.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done))).catch(() => { since = Date.now(); });
    }
  }

  async shot(page, name, { full = true } = {}) {
    if (this.shots) await page.screenshot({ path: join(this.shots, `${name}.png`), fullPage: full, style: full ? wholePage : '' });
  }

  // What every page must be: silent, translated, accessible, not wider than the screen, and in a demonstration it says that the people are invented.
  async check(page, where) {
    same(page.complaints.join('; '), '', `${where} is silent`);
    await this.noRawKeys(page, where);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    must(wide <= 1, `${where} is ${wide} px wider than the screen`);
    await this.saysInvented(page, where);
    const faults = await this.axe(page);
    must(faults.length === 0, `${where}, axe: ${faults.join(' | ')}`);
  }

  async saysInvented(page, where) {
    const { demo, language, banner } = await page.evaluate(async () => {
      // With no network, or nobody signed in at a server that does not say it to all, nobody knows.
      const ask = (path) => fetch(path).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({}));
      const demo = (await ask('/health')).demo ?? (document.querySelector('.shell') ? (await ask('/api/county')).demo : undefined);
      return {
        demo, language: document.documentElement.lang === 'en' ? 'en' : 'zh',
        banner: [...document.querySelectorAll('.demo-banner')].filter((each) => each.getClientRects().length > 0).map((each) => each.textContent).join(),
      };
    });
    if (demo !== undefined) same(banner, demo ? words(language, 'app.demo') : '', `${where}: what it says of its people`);
  }

  async noRawKeys(page, where) {
    const text = await page.evaluate(() => {
      const copy = document.body.cloneNode(true);
      copy.querySelectorAll('code, pre, script, style').forEach((each) => each.remove());
      const labels = [...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((each) => ['aria-label', 'title', 'placeholder'].map((name) => each.getAttribute(name) ?? ''));
      return `${copy.textContent} ${labels.join(' ')} ${document.title}`;
    });
    const raw = (text.match(/[a-zA-Z0-9]+\.[a-zA-Z0-9-]+/g) ?? []).filter((word) => keys.has(word));
    same([...new Set(raw)].join(', '), '', `${where} shows no raw key`);
    must(!/\{\{\w+\}\}/.test(text), `${where} shows an unfilled text: ${/.{20}\{\{\w+\}\}/.exec(text)?.[0]}`);
  }

  async axe(page) {
    if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axeSource);
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    return result.violations.map((fault) => `${fault.id} (${fault.help}): ${fault.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.failureSummary?.split('\n').slice(1, 2).join('') ?? ''}`).join('; ')}`);
  }

  // The county as the signed-in user of this page sees it.
  async api(page, path, options = {}) {
    return page.evaluate(async ([address, { method = 'GET', body }]) => {
      const answer = await fetch(address, {
        method, headers: { 'X-Qianxian': '1', ...(body ? { 'Content-Type': 'application/json' } : {}) }, body: body ? JSON.stringify(body) : undefined,
      });
      return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
    }, [path, options]);
  }

  async closeAll() {
    await Promise.all(this.contexts.splice(0).map((context) => context.close().catch(() => undefined)));
  }
}
