// The texts of the first view are those that its code asks for: none comes too late (a raw key would be seen), none too early.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { firstTexts, half, isFirst } from './first';
import en from './en.json';
import zh from './zh.json';

const root = join(__dirname, '..');
const catalogue = zh as Record<string, Record<string, string>>;
const bare = (key: string): string => key.replace(/_(one|other)$/, '');

// What is loaded with the page, the overview in it, and what the pages before the work bring along: their code, without what they load later.
const starts = ['main.tsx', 'features/signin/SignInPage.tsx', 'features/signin/PasswordPage.tsx', 'features/signin/ReturnDialog.tsx'];
const sources = new Map<string, string>();
function walk(path: string): void {
  if (sources.has(path)) return;
  const source = readFileSync(path, 'utf8');
  sources.set(path, source);
  for (const match of source.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)'|^import '(\.[^']+)'/gm)) {
    const wanted = resolve(dirname(path), match[1] ?? match[2]);
    const found = ['.ts', '.tsx', '/index.ts', '/index.tsx'].map((ending) => wanted + ending).find((each) => existsSync(each));
    if (found) walk(found);
  }
}
starts.forEach((path) => walk(join(root, path)));

// Every text in quotes that is a key, every `space.${…}` that is a space: wherever it stands, it may be asked for.
const asked = new Set<string>();
const families = new Set<string>();
for (const source of sources.values()) {
  for (const [, space, key] of source.matchAll(/['"`]([a-zA-Z0-9]+)\.([a-zA-Z0-9-_]+)['"`]/g)) {
    if (Object.keys(catalogue[space] ?? {}).some((each) => bare(each) === key)) asked.add(`${space}.${key}`);
  }
  for (const [, space] of source.matchAll(/\bt\(`([a-zA-Z0-9]+)\.\$\{/g)) families.add(space);
}

it('what is loaded first asks for nothing that comes later', () => {
  expect(sources.size).toBeGreaterThan(40);
  expect(asked.size).toBeGreaterThan(80);
  const late = [...asked].filter((each) => !isFirst(each.split('.')[0], each.split('.')[1]));
  expect(late).toEqual([]);
  expect([...families].filter((space) => !firstTexts.includes(space))).toEqual([]);
});

it('nothing comes first that nobody asks for then', () => {
  const spaces = new Set([...families, ...[...asked].map((each) => each.split('.')[0])]);
  expect(firstTexts.filter((each) => (each.includes('.') ? !asked.has(each) : !spaces.has(each)))).toEqual([]);
});

it('the two halves are the whole', () => {
  for (const whole of [zh, en] as Record<string, Record<string, string>>[]) {
    const keys = (of: typeof whole) => Object.entries(of).flatMap(([space, texts]) => Object.keys(texts).map((key) => `${space}.${key}`));
    expect([...keys(half(whole, 'first')), ...keys(half(whole, 'rest'))].sort()).toEqual(keys(whole).sort());
    expect(JSON.stringify(half(whole, 'first')).length).toBeLessThan(JSON.stringify(whole).length / 3);
  }
});

it('only the list of parts loads parts of the page, so that each waits for its texts', () => {
  const elsewhere = [...sources].filter(([path, source]) => /import\('[^']*\/features\//.test(source) && !/^app\/(routes|start)\.ts$/.test(relative(root, path)));
  expect(elsewhere.map(([path]) => relative(root, path))).toEqual([]);
  const withoutTexts = [...(sources.get(join(root, 'app/routes.ts')) ?? '').matchAll(/: early\((?:dressed\()?\(\) => import\('\.\.\/([^']+)'/g)].map((match) => `${match[1]}.tsx`);
  expect(withoutTexts.sort()).toEqual(starts.slice(1).sort());
});
