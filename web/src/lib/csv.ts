// CSV as Excel opens it: UTF-8 with a byte order mark, CRLF, quoted where needed.
export type Cell = string | number | null | undefined;

export const byteOrderMark = '\uFEFF';

function field(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  const text = String(cell);
  // A text that a spreadsheet would run as a formula is handed over as text; plain numbers stay numbers.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function toCsv(rows: Cell[][]): string {
  return byteOrderMark + rows.map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}
