import { describe, expect, it } from 'vitest';
import { decode, firstRecords, guess } from './sniff';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const settlementHeader = 'setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,begndate,enddate,dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay';

describe('the kind of a file', () => {
  it('is read from its header line', () => {
    expect(guess('a.csv', utf8(`${settlementHeader}\n1,2\n`)).kind).toBe('settlements');
    expect(guess('a.csv', utf8('USERNAME,ZYCS,BAH,XM,RYSJ,CYSJ,JBDM,ZFY\n县医院,1,2,3,4,5,6,7\n')).kind).toBe('first-pages');
    expect(guess('a.csv', utf8('code,name,kind,level,region,lead\n')).kind).toBe('organizations');
    expect(guess('a.csv', utf8('region,year,sex,age_group,persons\n')).kind).toBe('population');
    expect(guess('a.csv', utf8('name,age\nx,1\n')).kind).toBeNull();
    expect(guess('a.csv', new Uint8Array()).kind).toBeNull();
  });
  it('does not care for order, case, quotes, tabs or a byte order mark', () => {
    expect(guess('a.csv', utf8('\uFEFF"ZFY","jbdm","Cysj","RYSJ","BAH","ZYCS"\r\n')).kind).toBe('first-pages');
    expect(guess('a.txt', utf8(settlementHeader.replace(/,/g, '\t'))).kind).toBe('settlements');
  });
  it('is FHIR for bundles and NDJSON, packed or not', () => {
    expect(guess('b.json', utf8('{"resourceType":"Bundle","type":"collection"}')).kind).toBe('fhir');
    expect(guess('b.ndjson', utf8('{"id":"1","resourceType":"Patient"}\n{}')).kind).toBe('fhir');
    expect(guess('b.json', utf8('{"a":1}')).kind).toBeNull();
    expect(guess('b.ndjson.gz', new Uint8Array([0x1f, 0x8b, 8])).kind).toBe('fhir');
    expect(guess('b.json.zst', new Uint8Array([0x28, 0xb5, 0x2f, 0xfd])).kind).toBe('fhir');
    expect(guess('b.zip', new Uint8Array([0x50, 0x4b, 3, 4])).kind).toBeNull();
  });
  it('finds the hospital that the file names', () => {
    expect(guess('a.csv', utf8('ZYCS,BAH,RYSJ,CYSJ,USERNAME\n1,2,3,4,云岭县人民医院\n')).userName).toBe('云岭县人民医院');
    expect(guess('a.csv', utf8('ZYCS,BAH,RYSJ,CYSJ\n1,2,3,4\n')).userName).toBeNull();
  });
});

describe('the encoding', () => {
  // "县医院" in GB18030
  const gb = [0xcf, 0xd8, 0xd2, 0xbd, 0xd4, 0xba];
  it('is UTF-8 if it strictly is, else GB18030', () => {
    expect(decode(utf8('县医院'))).toEqual({ text: '县医院', encoding: 'utf-8' });
    expect(decode(new Uint8Array(gb))).toEqual({ text: '县医院', encoding: 'gb18030' });
    const file = new Uint8Array([...utf8('ZYCS,BAH,RYSJ,CYSJ,USERNAME\n1,2,3,4,'), ...gb]);
    expect(guess('a.csv', file)).toMatchObject({ kind: 'first-pages', encoding: 'gb18030', userName: '县医院' });
  });
  it('a character cut by the slice does not make it GB18030', () => {
    expect(decode(utf8('县医院').slice(0, -1)).encoding).toBe('utf-8');
  });
  it('is UTF-16 with its mark', () => {
    expect(decode(new Uint8Array([0xff, 0xfe, 0x41, 0x00]))).toEqual({ text: 'A', encoding: 'utf-16' });
  });
});

it('records with quoted commas and line breaks', () => {
  expect(firstRecords('a,"b,c","d\n""e"""\r\n\r\n1,2,3\n', 2)).toEqual([['a', 'b,c', 'd\n"e"'], ['1', '2', '3']]);
});

describe('what cannot be imported is told before it is sent', () => {
  const bytes = (...start: number[]): Uint8Array => new Uint8Array([...start, 0x00, 0x01, 0x02]);
  it('knows workbooks, archives, PDF, pictures and other binaries', () => {
    expect(guess('首页.xlsx', bytes(0x50, 0x4b, 0x03, 0x04)).trouble).toBe('excel');
    expect(guess('首页.XLS', bytes(0xd0, 0xcf, 0x11, 0xe0)).trouble).toBe('excel');
    expect(guess('首页.zip', bytes(0x50, 0x4b, 0x03, 0x04)).trouble).toBe('archive');
    expect(guess('a.rar', bytes(0x52, 0x61, 0x72, 0x21)).trouble).toBe('archive');
    expect(guess('a.csv', bytes(0x25, 0x50, 0x44, 0x46)).trouble).toBe('pdf');
    expect(guess('a.csv', bytes(0x89, 0x50, 0x4e, 0x47)).trouble).toBe('picture');
    expect(guess('a.csv', bytes(0x41, 0x42)).trouble).toBe('binary');
    expect(guess('a.ndjson.gz', bytes(0x1f, 0x8b)).trouble).toBeNull();
  });
  it('knows an empty file, and one that is only a header', () => {
    expect(guess('a.csv', new Uint8Array()).trouble).toBe('empty');
    expect(guess('a.csv', utf8('\uFEFF\r\n \r\n')).trouble).toBe('empty');
    expect(guess('a.csv', utf8(`${settlementHeader}\r\n`)).trouble).toBe('noRows');
    expect(guess('a.csv', utf8(`${settlementHeader}\r\n`), false).trouble).toBeNull();
    expect(guess('a.csv', utf8(`${settlementHeader}\r\n1,2\r\n`)).trouble).toBeNull();
    expect(guess('a.csv', utf8('name,age\n')).trouble).toBeNull();
  });
});
