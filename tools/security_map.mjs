// docs/security-map.md against the checkout: every file that it names is there, every word that it quotes stands in a file beside it,
// every test that it names is a test of the file before it, every number of the two standards has a row, and its counts are its rows'.
// Called by tools/tidy.mjs. `files`: all of the checkout; `read`: the text of one.
const columns = /^\|.*where.*\|.*test.*\|.*state.*\|$/;
const states = ['met', 'partly', 'not met', 'county', 'none'];
const path = /^((src|web|tests|tools|docs|packs|packaging|cmake|third_party|bench)\/[\w./-]*|(README|ARCHITECTURE|STYLE|CONTRIBUTING)\.md|CMakeLists\.txt|run|test)$/;

// OWASP ASVS 4.0.3, level 2: section, last number, numbers that there are not or that level 3 alone has.
const asvs = `1.1 7, 1.2 4, 1.4 5 -2 -3, 1.5 4, 1.6 4, 1.7 2, 1.8 2, 1.9 2, 1.10 1, 1.11 2, 1.12 2 -1, 1.14 6, 2.1 12, 2.2 3, 2.3 3, 2.4 5, 2.5 7, 2.6 3, 2.7 6,
  2.8 7, 2.9 3, 2.10 4, 3.1 1, 3.2 4, 3.3 4, 3.4 5, 3.5 3, 3.7 1, 4.1 5 -4, 4.2 2, 4.3 3, 5.1 5, 5.2 8, 5.3 10, 5.4 3, 5.5 4, 6.1 3, 6.2 6, 6.3 2, 6.4 2, 7.1 4, 7.2 2,
  7.3 4 -2, 7.4 3, 8.1 4, 8.2 3, 8.3 8, 9.1 3, 9.2 4, 10.2 2, 10.3 3, 11.1 8, 12.1 3, 12.2 1, 12.3 6, 12.4 2, 12.5 2, 12.6 1, 13.1 5 -2, 13.2 6 -4, 13.3 2, 13.4 2,
  14.1 4, 14.2 6, 14.3 3 -1, 14.4 7, 14.5 4`.split(',').flatMap((one) => {
  const [section, last, ...gone] = one.trim().split(/\s+/);
  return Array.from({ length: Number(last) }, (_, i) => i + 1).filter((n) => !gone.includes(`-${n}`)).map((n) => `V${section}.${n}`);
});
// GB/T 22239-2019, level 3: clause, its last letter; none where it has none.
const gbt = '8.1.2.2 b, 8.1.4.1 d, 8.1.4.2 g, 8.1.4.3 d, 8.1.4.4 f, 8.1.4.5, 8.1.4.6, 8.1.4.7 b, 8.1.4.8 b, 8.1.4.9 c, 8.1.4.10 b, 8.1.4.11 b, 8.1.5.1 b, 8.1.5.2 b, 8.1.5.3 b, 8.1.5.4 f'
  .split(', ').flatMap((one) => {
    const [clause, last] = one.split(' ');
    return last ? [...'abcdefg'.slice(0, 'abcdefg'.indexOf(last) + 1)].map((letter) => `${clause} ${letter}`) : [clause];
  });

const spans = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1]);
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// "V2.1.3–5 V2.1.7 8.1.4.1 a–c" as single numbers.
function numbersOf(cell) {
  const all = [];
  for (const m of cell.matchAll(/\bV(\d+\.\d+)\.(\d+)(?:–(\d+))?/g)) {
    for (let n = Number(m[2]); n <= Number(m[3] ?? m[2]); n++) all.push(`V${m[1]}.${n}`);
  }
  for (const m of cell.matchAll(/\b(8\.1\.\d\.\d+)(?: ([a-g])(?:–([a-g]))?(?![\w]))?/g)) {
    if (!m[2]) all.push(m[1]);
    else for (let c = m[2].charCodeAt(0); c <= (m[3] ?? m[2]).charCodeAt(0); c++) all.push(`${m[1]} ${String.fromCharCode(c)}`);
  }
  return all;
}

function isTestOf(file, name, text) {
  const dot = /^(\w+)\.(\w+)$/.exec(name);
  if (/\.(cc|h)$/.test(file)) return dot !== null && new RegExp(`\\bTEST(_F|_P)?\\(${dot[1]}, ${dot[2]}\\)`).test(text);
  if (/\.(mjs|tsx?)$/.test(file)) return new RegExp(`(\\b(it|test|rule)\\(|\\bname: )(['"\`])${escaped(name)}\\3`).test(text);
  return text.includes(name);   // packaging/test, a scenario
}

export function securityMapFaults(page, files, read) {
  const bad = [], numbers = new Set(), rows = new Map(), counted = new Map();
  let inside = false, section = '';
  const there = (name) => (name.endsWith('/') ? files.some((f) => f.startsWith(name)) : files.includes(name));
  page.split('\n').forEach((line, i) => {
    const say = (what) => bad.push(`docs/security-map.md:${i + 1}: ${what}`);
    if (/^## /.test(line)) section = line.slice(3);
    if (columns.test(line)) { inside = true; return; }
    if (!line.startsWith('|')) { inside = false; return; }
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim());
    if (!inside) {
      // A line of the counts: section, then a number for each state.
      const told = /^\[(.+)\]\(#.*\)$|^(all)\b/.exec(cells[0]);
      if (told && cells.length === states.length + 1) counted.set(told[1] ?? told[2], { line: i + 1, numbers: cells.slice(1).map(Number) });
      return;
    }
    if (/^[\s|:-]+$/.test(line)) return;
    if (cells.length !== 4) { say(`${cells.length} cells, not 4`); return; }
    const [what, where, test, state] = cells;
    const kind = states.findIndex((one) => state === one || state.startsWith(`${one} ·`));
    if (kind < 0) say(`no state: ${state}`);
    else (rows.get(section) ?? rows.set(section, states.map(() => 0)).get(section))[kind]++;
    for (const number of numbersOf(what)) numbers.add(number);

    const named = spans(where).filter((one) => path.test(one)), words = spans(where).filter((one) => !path.test(one));
    for (const one of named) if (!there(one)) say(`there is no ${one}`);
    const texts = named.filter((one) => !one.endsWith('/') && there(one)).map(read);
    for (const word of words) if (!texts.some((text) => text.includes(word))) say(`"${word}" stands in no file that is named beside it`);

    let file = '', tests = 0;
    for (const one of spans(test)) {
      if (path.test(one)) {
        file = there(one) ? one : '';
        if (!file) say(`there is no ${one}`);
        if (/^tests\/fuzz\/|\.scn$/.test(one)) tests++;   // the file is the test
      } else if (!file) say(`"${one}" stands after no file`);
      else if (!isTestOf(file, one, read(file))) say(`${file} has no test "${one}"`);
      else tests++;
    }
    if (kind === 0 && tests === 0 && !/reading/.test(test)) say('met, but no test is named: name one, or say "by reading"');
  });
  const known = new Set([...asvs, ...gbt]);
  for (const number of known) if (!numbers.has(number)) bad.push(`docs/security-map.md: no row for ${number}`);
  for (const number of numbers) if (!known.has(number)) bad.push(`docs/security-map.md: there is no ${number} at this level`);
  const sum = states.map((_, i) => [...rows.values()].reduce((n, row) => n + row[i], 0));
  for (const [name, row] of [...rows, ['all', sum]]) {
    const told = counted.get(name);
    if (told?.numbers.join() !== row.join()) bad.push(`docs/security-map.md:${told?.line ?? 1}: the counts of "${name}" are ${row.join(' | ')}`);
  }
  return bad;
}
