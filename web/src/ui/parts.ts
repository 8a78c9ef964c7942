// Which cases the two parts of a value open to.
import type { CasesQuestion } from '../api/queries';
import type { MeasureDefinition } from '../api/types';
import { yearBefore } from '../lib/period';

// Where each case is in the numerator or not, those that are: judged as the measure wants them, so "met" where more is better and
// "not met" where less is (docs/formats/pack.md). Elsewhere (amounts, days, growth) every case adds to it.
export function numeratorCases(definition: Pick<MeasureDefinition, 'kind' | 'direction'> | undefined, question: CasesQuestion): CasesQuestion {
  if (!definition || !['ratio', 'coverage', 'count'].includes(definition.kind)) return question;
  return { ...question, judgement: definition.direction === 'down' ? 'not_met' : 'met' };
}

// A growth stands on the value one year before.
export function denominatorCases(definition: Pick<MeasureDefinition, 'kind'> | undefined, question: CasesQuestion): CasesQuestion | null {
  if (definition?.kind !== 'growth') return question;
  const before = yearBefore(question.period);
  return before ? { ...question, period: before } : null;
}
