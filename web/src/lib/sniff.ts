// Guesses what a file is from its name and its first bytes, so that the user only confirms.
export const importKinds = ['first-pages', 'settlements', 'organizations', 'population', 'fhir'] as const;
export type ImportKind = (typeof importKinds)[number];

export interface Guess {
  kind: ImportKind | null;
  encoding: 'utf-8' | 'gb18030' | 'utf-16' | null;
  columns: string[];
  // The USERNAME of the first row of a first-page file: which hospital it says it is from.
  userName: string | null;
  // Why it cannot be imported, seen before it is sent.
  trouble: Trouble | null;
}

export type Trouble = 'empty' | 'noRows' | 'excel' | 'archive' | 'pdf' | 'picture' | 'binary' | 'unreadable';

export const sniffBytes = 256 * 1024;

const signatures: [ImportKind, string[], number][] = [
  ['settlements', ['setl_id', 'psn_no', 'insu_admdvs', 'fixmedins_code', 'fix_blng_admdvs', 'med_type', 'enddate', 'fund_pay_sumamt'], 4],
  ['first-pages', ['BAH', 'ZYCS', 'RYSJ', 'CYSJ', 'JBDM', 'ZFY', 'USERNAME', 'ZYZD', 'LYFS'], 4],
  ['population', ['region', 'year', 'sex', 'age_group', 'persons'], 4],
  ['organizations', ['code', 'name', 'kind', 'level', 'region', 'lead'], 3],
];

function bytesStart(bytes: Uint8Array, ...start: number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

// BOM, then strict UTF-8, then GB18030: the order of the server.
export function decode(bytes: Uint8Array): { text: string; encoding: Guess['encoding'] } {
  if (bytesStart(bytes, 0xff, 0xfe)) return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16' };
  if (bytesStart(bytes, 0xfe, 0xff)) return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'utf-16' };
  try {
    // stream: the last character may be cut in two by the slice.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }), encoding: 'utf-8' };
  } catch {
    return { text: new TextDecoder('gb18030').decode(bytes, { stream: true }), encoding: 'gb18030' };
  }
}

// The first `count` records of a CSV text; quotes may hold commas and line breaks.
export function firstRecords(text: string, count: number): string[][] {
  const separator = separatorOf(text);
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length && records.length < count; at++) {
    const character = text[at];
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (character === '"' && field.trim() === '') {
      quoted = true;
      field = '';
    } else if (character === separator) {
      record.push(field.trim());
      field = '';
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && text[at + 1] === '\n') at++;
      record.push(field.trim());
      field = '';
      if (record.some((cell) => cell !== '')) records.push(record);
      record = [];
    } else field += character;
  }
  if (records.length < count && (field !== '' || record.length > 0)) records.push([...record, field.trim()]);
  return records;
}

function separatorOf(text: string): string {
  const line = text.slice(0, text.search(/[\r\n]/) + 1 || undefined);
  const counts = [',', '\t', ';'].map((separator) => [separator, line.split(separator).length] as const);
  return counts.reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

const textStart = 4096;

function troubleOf(name: string, bytes: Uint8Array): Trouble | null {
  if (bytes.every((byte) => [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte))) return 'empty';
  const isSheet = /\.(xlsx?|xlsm|xlsb|et|ods)$/.test(name);
  if (bytesStart(bytes, 0x50, 0x4b, 0x03, 0x04)) return isSheet ? 'excel' : 'archive';
  if (bytesStart(bytes, 0xd0, 0xcf, 0x11, 0xe0)) return isSheet ? 'excel' : 'binary';
  if (bytesStart(bytes, 0x52, 0x61, 0x72, 0x21) || bytesStart(bytes, 0x37, 0x7a, 0xbc, 0xaf)) return 'archive';
  if (bytesStart(bytes, 0x25, 0x50, 0x44, 0x46)) return 'pdf';
  if (bytesStart(bytes, 0x89, 0x50, 0x4e, 0x47) || bytesStart(bytes, 0xff, 0xd8, 0xff) || bytesStart(bytes, 0x47, 0x49, 0x46, 0x38)) return 'picture';
  const isWide = bytesStart(bytes, 0xff, 0xfe) || bytesStart(bytes, 0xfe, 0xff);
  return !isWide && bytes.subarray(0, textStart).includes(0) ? 'binary' : null;
}

// whole: these are all bytes of the file, not only its start.
export function guess(name: string, bytes: Uint8Array, whole = true): Guess {
  const nothing: Guess = { kind: null, encoding: null, columns: [], userName: null, trouble: null };
  const lower = name.toLowerCase();
  // What is inside a compressed file is not seen here; the server unpacks it.
  if (bytesStart(bytes, 0x1f, 0x8b) || bytesStart(bytes, 0x42, 0x5a, 0x68) || bytesStart(bytes, 0x28, 0xb5, 0x2f, 0xfd)) {
    return /\.(nd)?json/.test(lower) ? { ...nothing, kind: 'fhir' } : nothing;
  }
  const trouble = troubleOf(lower, bytes);
  if (trouble) return { ...nothing, trouble };
  const decoded = decode(bytes);
  const text = decoded.text.replace(/^\uFEFF/, '');
  if (/^\s*\{/.test(text)) {
    const isFhir = /"resourceType"\s*:/.test(text) || /\.ndjson$/.test(lower);
    return { ...nothing, kind: isFhir ? 'fhir' : null, encoding: decoded.encoding };
  }
  const [header = [], row] = firstRecords(text, 2);
  const seen = new Set(header.map((column) => column.toLowerCase()));
  let kind: ImportKind | null = null;
  let best = 0;
  for (const [candidate, columns, minimum] of signatures) {
    const hits = columns.filter((column) => seen.has(column.toLowerCase())).length;
    if (hits >= minimum && hits > best) {
      kind = candidate;
      best = hits;
    }
  }
  const at = header.findIndex((column) => column.toUpperCase() === 'USERNAME');
  return { kind, encoding: decoded.encoding, columns: header, userName: at >= 0 && row?.[at] ? row[at] : null, trouble: whole && kind !== null && row === undefined ? 'noRows' : null };
}

export async function guessFile(file: File): Promise<Guess> {
  const bytes = new Uint8Array(await file.slice(0, sniffBytes).arrayBuffer());
  return guess(file.name, bytes, file.size <= sniffBytes);
}
