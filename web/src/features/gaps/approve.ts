// What is wrong with an action before it is approved. The server (src/gap/actions.cc) has the last word.
import { percentToDecimal } from '../../lib/format';

export type Field = 'owner' | 'dueOn' | 'expected' | 'startedOn';
export type Fault = 'noOwner' | 'noDue' | 'duePast' | 'dueBeforeStart' | 'noExpected' | 'expectedBad' | 'expectedRange' | 'noStart' | 'startLater';

export interface Wanted {
  owner: string;
  dueOn: string;
  expected: string;
  begun: boolean;
  startedOn: string;
}

// As the server takes it; '' = nothing is typed; null = no number. A share is typed in percent.
export function expectedOf(typed: string, share: boolean): string | null {
  const text = typed.trim();
  if (text === '') return '';
  if (share) return percentToDecimal(text);
  return /^-?\d+(\.\d+)?$/.test(text) ? text : null;
}

// Dates are texts (2025-11-22): they compare as they stand.
export function faultsOf(wanted: Wanted, share: boolean, today: string): Partial<Record<Field, Fault>> {
  const faults: Partial<Record<Field, Fault>> = {};
  if (wanted.owner.trim() === '') faults.owner = 'noOwner';
  if (wanted.begun && wanted.startedOn === '') faults.startedOn = 'noStart';
  else if (wanted.begun && wanted.startedOn > today) faults.startedOn = 'startLater';
  if (wanted.dueOn === '') faults.dueOn = 'noDue';
  else if (wanted.begun && wanted.startedOn !== '' && wanted.dueOn < wanted.startedOn) faults.dueOn = 'dueBeforeStart';
  else if (!wanted.begun && wanted.dueOn < today) faults.dueOn = 'duePast';
  const expected = expectedOf(wanted.expected, share);
  if (expected === '') faults.expected = 'noExpected';
  else if (expected === null) faults.expected = 'expectedBad';
  else if (share && (Number(expected) < 0 || Number(expected) > 1)) faults.expected = 'expectedRange';
  return faults;
}
