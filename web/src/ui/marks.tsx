// How sure a pack is of a fact, beside the fact: a small sign where it is not sure, and once on the page what the sign means.
import type { Mark, MeasureDefinition } from '../api/types';
import { useWords } from '../i18n';
import { unsure } from './unsure';

const signs = { K: '[K]', 'K-low': '[K?]' } as const;

export function MarkSign({ marks }: { marks: Mark[] }) {
  const { t } = useWords();
  const mark = unsure(marks);
  if (!mark) return null;
  const words = t(`markLong.${mark}`);
  return <span className="mark-sign" title={words}><span aria-hidden="true">{signs[mark]}</span><span className="only-read">{words}</span></span>;
}

// What the signs on a page mean, for who cannot hover.
export function MarkLegend({ marks }: { marks: Mark[] }) {
  const { t } = useWords();
  const shown = (['K', 'K-low'] as const).filter((mark) => marks.includes(mark));
  if (shown.length === 0) return null;
  return <ul className="mark-legend faint">{shown.map((mark) => <li key={mark}>{t(`markLong.${mark}`)}</li>)}</ul>;
}

export const marksOf = ({ sources, target }: Pick<MeasureDefinition, 'sources' | 'target'>): Mark[] =>
  [...sources.map((source) => source.mark), ...(target ? [target.source.mark] : [])];

// The signs that a list of measures shows.
export const signsOf = (definitions: Pick<MeasureDefinition, 'sources' | 'target'>[]): Mark[] =>
  definitions.map((definition) => unsure(marksOf(definition))).filter((mark) => mark !== null);
