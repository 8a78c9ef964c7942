// House rules of this folder that a compiler does not know.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = __dirname;

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(name) && !/\.test\./.test(name) ? [path] : [];
  });
}

const imports = files(root).flatMap((path) =>
  [...readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map((match) => ({
    from: relative(root, path), to: relative(root, resolve(dirname(path), match[1] ?? match[2])),
  })),
);
const featureOf = (path: string): string | undefined => /^features\/([^/]+)/.exec(path)?.[1];

it('features never import each other', () => {
  expect(imports.length).toBeGreaterThan(100);
  const crossing = imports.filter(({ from, to }) => featureOf(from) && featureOf(to) && featureOf(from) !== featureOf(to));
  expect(crossing).toEqual([]);
});

it('the lower floors do not know the upper ones', () => {
  const floors: [RegExp, RegExp][] = [
    [/^(lib|router)\//, /^(features|app|ui|session)\//],
    [/^(api|i18n)\//, /^(features|app|ui|session)\//],
    [/^(ui|session)\//, /^(features|app)\//],
  ];
  const wrong = imports.filter(({ from, to }) => floors.some(([low, high]) => low.test(from) && high.test(to)));
  expect(wrong).toEqual([]);
});

it('only ui/charts knows the chart library', () => {
  const wrong = files(root).filter((path) => /from 'echarts/.test(readFileSync(path, 'utf8')) && !relative(root, path).startsWith('ui/charts/'));
  expect(wrong).toEqual([]);
});

// What is loaded together with a module: all that it imports, and those, but not what they load later.
const ofModule = new Map(files(root).map((path) => [relative(root, path).replace(/\.tsx?$/, ''), readFileSync(path, 'utf8')]));
function loadedWith(start: string, seen = new Set<string>()): Set<string> {
  if (seen.has(start)) return seen;
  seen.add(start);
  for (const [, spec] of (ofModule.get(start) ?? '').matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)'/gm)) {
    const to = relative(root, resolve(root, dirname(start), spec));
    const found = [to, `${to}/index`].find((each) => ofModule.has(each));
    if (found) loadedWith(found, seen);
  }
  return seen;
}
const usesLibrary = (module: string): boolean => /^import .*from 'antd/m.test(ofModule.get(module) ?? '');

it('the first view needs nothing of the component library', () => {
  const first = [...loadedWith('main')];
  expect(first).toContain('features/overview/OverviewPage');
  expect(first.length).toBeGreaterThan(40);
  expect(first.filter(usesLibrary)).toEqual([]);
});

it('what uses the component library stands in its look', () => {
  const parts = [...(ofModule.get('app/routes') ?? '').matchAll(/(dressed\()?\(\) => import\('\.\.\/(features\/[^']+)'/g)];
  expect(parts.length).toBeGreaterThan(20);
  // The side sheet brings its look along.
  const bare = parts.filter(([, dressed]) => !dressed).map((match) => match[2]);
  const wrong = bare.flatMap((part) => [...loadedWith(part)].filter((module) => usesLibrary(module) && !/^ui\/(SideSheet|Look)$/.test(module)).map((module) => `${part}: ${module}`));
  expect(wrong).toEqual([]);
});

it('nothing writes to the page as HTML or evaluates text', () => {
  const wrong = files(root).filter((path) => /dangerouslySetInnerHTML|innerHTML|\beval\(|new Function\(/.test(readFileSync(path, 'utf8')));
  expect(wrong).toEqual([]);
});
