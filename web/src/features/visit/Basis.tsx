// What the questions, limits and intervals of this visit rest on, and how sure that is: one line until somebody wants to read it.
import type { Mark, Source } from '../../api/types';
import { usePathways } from '../../care/queries';
import type { Form, Step } from '../../care/types';
import { useWords } from '../../i18n';
import { MarkBadge, SourceList } from '../../ui/sources';
import { unsure } from '../../ui/unsure';

// Of the forms, and of the pathways that say when it comes again; the same one once.
export function useBasis(forms: Form[], steps: Step[]): Source[] {
  const { data } = usePathways();
  const pathways = (data?.pathways ?? []).filter((each) => steps.some((step) => step.pathway === each.id));
  const all = [...forms, ...pathways].flatMap((each) => each.sources ?? []);
  return all.filter((source, index) => all.findIndex((each) => each.title.zh === source.title.zh && each.reference === source.reference) === index);
}

export function Basis({ sources }: { sources: Source[] }) {
  const { t } = useWords();
  if (sources.length === 0) return null;
  const marks: Mark[] = sources.map((source) => source.mark);
  const weakest = unsure(marks);
  return (
    <details className="panel basis">
      <summary>{t('visit.basis')} {weakest && <MarkBadge mark={weakest} />}</summary>
      {weakest && <p className="faint">{t('visit.basisHow')}</p>}
      <SourceList sources={sources} />
    </details>
  );
}
