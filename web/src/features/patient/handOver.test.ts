import { expect, it } from 'vitest';
import type { Organization } from '../../api/types';
import { handOverGroups } from './handOver';

const organization = (code: string, kind: string, lead = ''): Organization => ({ code, name: `机构${code}`, kind, level: '', region: '', lead });

it('hospitals first, then each township with its villages; never who has it now, never who is outside', () => {
  const all = [organization('V1', 'village', 'T1'), organization('C1', 'city'), organization('H1', 'county-general'), organization('T1', 'township', 'H1'), organization('T2', 'township', 'H1'), organization('V9', 'village', 'T9')];
  const shown = (present: string) => handOverGroups(all, present).map(({ name, organizations }) => [name, organizations.map((each) => each.code).join()]);
  expect(shown('T1')).toEqual([['', 'H1,V9'], ['机构T1', 'V1'], ['机构T2', 'T2']]);
  expect(shown('T2')).toEqual([['', 'H1,V9'], ['机构T1', 'T1,V1']]);
  expect(handOverGroups([], 'T1')).toEqual([]);
});
