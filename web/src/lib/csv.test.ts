import { expect, it } from 'vitest';
import { toCsv } from './csv';

it('starts with a byte order mark and ends lines as Excel does', () => {
  const bytes = new TextEncoder().encode(toCsv([['病种组', '人次'], ['肺癌', 117]]));
  expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(toCsv([['a', 'b'], [1, null]])).toBe('\uFEFFa,b\r\n1,\r\n');
});

it('quotes what needs it', () => {
  expect(toCsv([['a,b', 'say "x"', 'two\nlines']])).toBe('\uFEFF"a,b","say ""x""","two\nlines"\r\n');
});

it('hands no formula to the spreadsheet, and leaves numbers alone', () => {
  expect(toCsv([['=1+1', '@x', '-0.5', '+3', '-abc']])).toBe("\uFEFF'=1+1,'@x,-0.5,+3,'-abc\r\n");
});
