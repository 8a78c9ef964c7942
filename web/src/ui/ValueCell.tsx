// One value of a sheet: opens to its cases, says its parts, shows how it stands.
import type { CasesQuestion } from '../api/queries';
import type { MeasureDefinition, SheetRow } from '../api/types';
import { useLanguage, useWords } from '../i18n';
import type { Language } from '../i18n/language';
import { formatPart, formatValue, none } from '../lib/format';
import { CasesLink } from './CasesLink';
import { standing } from './judge';
import { denominatorCases, numeratorCases } from './parts';

const partWords = (definition: MeasureDefinition, row: SheetRow, language: Language): [string, string] =>
  [formatPart(row.numerator, definition.unit === 'CNY', language), formatPart(row.denominator, false, language)];

interface ValueProps {
  definition: MeasureDefinition;
  row: SheetRow | undefined;
  question: CasesQuestion;
}

export function ValueCell({ definition, row, question }: ValueProps) {
  const { t } = useWords();
  const language = useLanguage();
  if (!row || row.value === null || row.value === '') return <span className="faint">{none}</span>;
  const words = formatValue(row.value, definition.unit, language);
  const state = standing(row.value, definition.target?.value, definition.direction);
  const parts = row.denominator === null ? '' : partWords(definition, row, language).join(' / ');
  const title = [parts, row.missing ? t('measures.missing', { count: row.missing }) : '', row.conflicting ? t('measures.conflicting', { count: row.conflicting }) : '']
    .filter(Boolean).join(' · ');
  return (
    <CasesLink question={question} title={title}>
      {words}
      {state === 'missed' && <span className="missed-mark" title={t('standing.missed')} role="img" aria-label={t('standing.missed')}>▾</span>}
    </CasesLink>
  );
}

// "4,451 / 5,252": what the value is made of, each part opening to its cases.
export function PartsCell({ definition, row, question }: ValueProps) {
  const language = useLanguage();
  if (!row || row.denominator === null) return <span className="faint">{none}</span>;
  const [numerator, denominator] = partWords(definition, row, language);
  return (
    <span className="faint">
      <CasesLink question={row.numerator === null ? null : numeratorCases(definition, question)}>{numerator}</CasesLink>
      {' / '}
      <CasesLink question={denominatorCases(definition, question)}>{denominator}</CasesLink>
    </span>
  );
}
