// Both languages have the same texts with the same gaps to fill, every text that the code asks for is there, and nothing is
// left over.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import en from './en.json';
import zh from './zh.json';

type Catalogue = Record<string, Record<string, string>>;

function flat(catalogue: Catalogue): Map<string, string> {
  return new Map(Object.entries(catalogue).flatMap(([space, texts]) => Object.entries(texts).map(([key, text]) => [`${space}.${key}`, text] as [string, string])));
}
const bare = (key: string): string => key.replace(/_(one|other)$/, '');
const chinese = flat(zh as Catalogue);
const english = flat(en as Catalogue);
const keys = new Set([...chinese.keys()].map(bare));

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) && !/\.test\./.test(name) ? [readFileSync(path, 'utf8')] : [];
  });
}
const code = sources(join(__dirname, '..')).join('\n');
const literal = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1]);
// t(`kind.${x}`): the part before the first value
const families = [...code.matchAll(/(?:\bt\(\s*|exists\(\s*)`([a-zA-Z0-9]+)\.\$\{/g)].map((match) => match[1])
  .concat([...code.matchAll(/\bcoded\('(\w+)'/g)].map((match) => match[1]));
const choices = [...code.matchAll(/\bt\([^')]*\? '([^']+)' : '([^']+)'/g)].flatMap((match) => [match[1], match[2]]);

it('the same keys in both', () => {
  expect([...new Set([...english.keys()].map(bare))].sort()).toEqual([...keys].sort());
});

it('the same gaps to fill in both', () => {
  const gaps = (text: string) => [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]))].filter((gap) => gap !== 'count' && gap !== 'shown').sort();
  for (const [key, text] of chinese) {
    for (const other of [key, `${key}_one`, `${key}_other`]) {
      const words = english.get(other);
      if (words !== undefined && !other.endsWith('_one')) expect([other, gaps(words)]).toEqual([other, gaps(text)]);
    }
  }
});

it('English plurals are complete', () => {
  for (const key of english.keys()) {
    if (key.endsWith('_one')) expect(english.has(key.replace(/_one$/, '_other')), key).toBe(true);
  }
});

it('no text is empty, no Chinese is in English, no English sentence in Chinese', () => {
  for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe('');
  for (const [key, text] of english) expect(/[\u4e00-\u9fff]/.test(text), `${key}: ${text}`).toBe(false);
  const words = new Set(['app.pack', 'pages.range', 'data.progress', 'cases.filter', 'comparison.of', 'record.care', 'saved.and', 'programmes.and']);
  for (const [key, text] of chinese) if (!words.has(key)) expect(/[\u4e00-\u9fff]/.test(text.replace(/\{\{\w+\}\}/g, '')), `${key}: ${text}`).toBe(true);
});

it('what the code asks for is there', () => {
  expect(literal.length).toBeGreaterThan(150);
  for (const key of [...literal, ...choices]) expect(keys.has(key), key).toBe(true);
});

it('nothing is left over', () => {
  const used = new Set([...literal, ...choices]);
  const unused = [...keys].filter((key) => !used.has(key) && !families.includes(key.split('.')[0]) && !code.includes(`'${key}'`));
  expect(unused).toEqual([]);
});

it('each word of the server has its text', () => {
  const families_: [string, string[]][] = [
    ['role', ['administrator', 'county-director', 'insurance-officer', 'hospital-manager', 'hospital-it', 'clinician', 'viewer', 'security-administrator', 'auditor']],
    ['roleMay', ['administrator', 'county-director', 'insurance-officer', 'hospital-manager', 'hospital-it', 'clinician', 'viewer', 'security-administrator', 'auditor']],
    ['accountState', ['active', 'disabled', 'locked', 'mustChange']],
    ['accountStateLong', ['active', 'disabled', 'locked', 'mustChange']],
    ['accountFault', ['needUser', 'badUser', 'needRole', 'needOrganization']],
    ['codeFault', ['needPassword', 'needCode']],
    ['peerUnit', ['group', 'hospital', 'county']],
    ['peersWhy', ['group', 'hospital', 'county']],
    ['trouble', ['empty', 'noRows', 'excel', 'archive', 'pdf', 'picture', 'binary', 'unreadable']],
    ['actionFault', ['noOwner', 'noDue', 'duePast', 'dueBeforeStart', 'expectedBad', 'expectedRange', 'noStart', 'startLater']],
    ['medicalCare', ['inpatient', 'outpatient', 'pharmacy']],
    ['rc027', ['1', '2', '3', '4']],
    ['actionStatus', ['requested', 'accepted', 'in-progress', 'completed', 'cancelled']],
    ['actionStep', ['requested', 'accepted', 'in-progress', 'completed', 'cancelled']],
    ['importStatus', ['queued', 'in-progress', 'completed', 'failed', 'cancelled']],
    ['gapState', ['open', 'acting', 'closed']],
    ['verdict', ['none', 'worked', 'did-not', 'cannot-tell']],
    ['verdictLong', ['none', 'worked', 'did-not', 'cannot-tell']],
    ['judgement', ['met', 'not_met', 'missing', 'conflicting']],
    ['kind', ['first-pages', 'settlements', 'organizations', 'population', 'fhir']],
    ['mark', ['official', 'read', 'K', 'K-low']],
    ['markLong', ['official', 'read', 'K', 'K-low']],
    ['direction', ['up', 'down', 'monitor']],
    ['urgency', ['emergency', 'urgent', 'routine']],
    ['course', ['prevent', 'screen', 'diagnose', 'treat', 'rehabilitate']],
    ['courseLong', ['prevent', 'screen', 'diagnose', 'treat', 'rehabilitate']],
    ['todayFilter', ['all', 'overdue', 'due', 'returned', 'done']],
    ['itemState', ['waiting', 'sent', 'refused', 'conflict', 'set-aside']],
    ['itemKind', ['visit', 'patient', 'referral', 'enrolment']],
    ['savedGroup', ['conflict', 'waiting', 'sent', 'set-aside']],
    ['visitMethod', ['clinic', 'home', 'phone']],
    ['visitFault', ['required', 'number', 'whole', 'low', 'high']],
    ['enrolmentState', ['planned', 'waitlist', 'active', 'onhold', 'finished', 'cancelled', 'entered-in-error']],
    ['referDirection', ['up', 'down', 'lateral']],
    ['verb', ['send', 'review-approve', 'review-return', 'accept', 'decline', 'arrive', 'no-show', 'interim', 'return-result', 'send-down', 'take-over', 'refuse-take-over', 'close', 'withdraw', 'propose', 'do-not-refer']],
    ['consultVerb', ['accept', 'decline', 'opine', 'conclude', 'close', 'withdraw']],
    ['fileFault', ['empty', 'type', 'tooLarge', 'unreadable']],
    ['verbFault', ['reason', 'reasonOrNote', 'text', 'note', 'start']],
    ['inboxTab', ['received', 'review', 'consultations', 'notices', 'sent']],
    ['inboxNone', ['received', 'review', 'consultations', 'notices', 'sent']],
    ['pool', ['target', 'screened', 'enrolled', 'exited']],
    ['destination', ['in-county-primary', 'in-county-hospital', 'in-county-other', 'city', 'province', 'other-province', 'unknown']],
  ];
  for (const [family, names] of families_) for (const name of names) expect(keys.has(`${family}.${name}`), `${family}.${name}`).toBe(true);
});
