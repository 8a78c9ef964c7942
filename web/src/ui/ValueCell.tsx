// One value of a sheet: opens to its cases, says its parts, shows how it stands.
import type { CasesQuestion } from '../api/queries';
import type { MeasureDefinition, SheetRow } from '../api/types';
import { useLanguage, useWords } from '../i18n';
import type { Language } from '../i18n/language';
import { formatPart, formatValue, none } from '../lib/format';
import { casesHref } from '../router/places';
import { Link } from '../router/router';
import { may } from '../session/roles';
import { useMe } from '../session/session';
import { standing } from './judge';

export const opensToCases = (definition: MeasureDefinition): boolean => definition.kind !== 'growth';

// "4,451 / 5,252": what the value is made of.
export function partsOf(definition: MeasureDefinition, row: SheetRow, language: Language): string {
  if (row.denominator === null) return '';
  return `${formatPart(row.numerator, definition.unit === 'CNY', language)} / ${formatPart(row.denominator, false, language)}`;
}

export function ValueCell({ definition, row, question }: { definition: MeasureDefinition; row: SheetRow | undefined; question: CasesQuestion }) {
  const { t } = useWords();
  const language = useLanguage();
  const me = useMe();
  if (!row || row.value === null || row.value === '') return <span className="faint">{none}</span>;
  const words = formatValue(row.value, definition.unit, language);
  const state = standing(row.value, definition.target?.value, definition.direction);
  const parts = partsOf(definition, row, language);
  const title = [parts, row.missing ? t('measures.missing', { count: row.missing }) : '', row.conflicting ? t('measures.conflicting', { count: row.conflicting }) : '']
    .filter(Boolean).join(' · ');
  const body = (
    <>
      {words}
      {state === 'missed' && <span className="missed-mark" title={t('standing.missed')} role="img" aria-label={t('standing.missed')}>▾</span>}
    </>
  );
  if (!opensToCases(definition) || !may(me, 'cases')) return <span title={title}>{body}</span>;
  return <Link to={casesHref(question)} title={title || undefined}>{body}</Link>;
}
