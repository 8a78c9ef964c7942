// The newest finished period of each measure: the page's year; where a measure has no value in it, the newest quarter that is over.
import type { SheetRow } from '../../api/types';
import { periodName } from '../../lib/period';

export function quarterOver(today: string): string {
  const [year, month] = today.split('-').map(Number);
  const quarter = Math.floor((month - 1) / 3);
  return periodName(quarter === 0 ? { year: year - 1, quarter: 4 } : { year, quarter });
}

// `sheets` in the order in which they are wanted.
export function newestOf(measure: string, subject: string, sheets: { rows: SheetRow[] }[]): SheetRow | undefined {
  const rows = sheets.flatMap((sheet) => sheet.rows.filter((row) => row.measure === measure && row.subject === subject && row.stratum === ''));
  return rows.find((row) => row.value !== null && row.value !== '');
}
