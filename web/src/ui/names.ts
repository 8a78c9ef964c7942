// Names of what the server knows by code, from the county and the catalogue.
import { useMemo } from 'react';
import { useCounty, useMeasures } from '../api/queries';
import type { MeasureDefinition } from '../api/types';
import { pick, useLanguage, useWords } from '../i18n';

export function useDefinitions(): Map<string, MeasureDefinition> {
  const { data } = useMeasures();
  return useMemo(() => new Map((data ?? []).map((definition) => [definition.id, definition])), [data]);
}

export const knownDestinations = ['in-county-primary', 'in-county-hospital', 'in-county-other', 'city', 'province', 'other-province', 'unknown'];

export function useNames() {
  const { data: county } = useCounty();
  const { t } = useWords();
  const language = useLanguage();
  return useMemo(() => {
    const groups = new Map((county?.diseaseGroups ?? []).map((group) => [group.id, group.name]));
    const destinations = new Map((county?.destinations ?? []).map((destination) => [destination.id, destination.name]));
    const organizations = new Map((county?.organizations ?? []).map((organization) => [organization.code, organization.name]));
    return {
      diseaseGroup: (id: string): string => (groups.has(id) ? pick(groups.get(id), language) : id === '' || id === 'other' ? t('common.other') : id),
      destination: (id: string): string => {
        if (destinations.has(id)) return pick(destinations.get(id), language);
        return knownDestinations.includes(id) ? t(`destination.${id}`) : id || t('destination.unknown');
      },
      organization: (code: string): string => organizations.get(code) ?? (code === county?.code ? county.name : code),
    };
  }, [county, language, t]);
}
