// When the administrator has to look at the backups.
import { expect, it } from 'vitest';
import { isWorrying, type Backups } from './BackupsPanel';

const now = Date.parse('2026-11-30T08:00:00+08:00');
const fine: Backups = {
  folder: '/backup', keep: { days: 7, weeks: 4, months: 12 }, working: false, next: '2026-12-01T02:00:00+08:00', kept: 3,
  newest: { name: 'b', at: '2026-11-30T02:10:00+08:00', bytes: 1, seconds: 2 }, failure: null,
};

it('a backup of this night is fine, also after an older failure', () => {
  expect(isWorrying(fine, now)).toBe(false);
  expect(isWorrying({ ...fine, failure: { at: '2026-11-29T02:00:00+08:00', zh: '', en: '' } }, now)).toBe(false);
});
it('none yet, an old one, or a failure since', () => {
  expect(isWorrying({ ...fine, newest: null }, now)).toBe(true);
  expect(isWorrying({ ...fine, newest: null, working: true }, now)).toBe(false);
  expect(isWorrying({ ...fine, newest: { ...fine.newest!, at: '2026-11-28T02:10:00+08:00' } }, now)).toBe(true);
  expect(isWorrying({ ...fine, failure: { at: '2026-11-30T03:00:00+08:00', zh: '磁盘满', en: 'full' } }, now)).toBe(true);
});
